import { finds, one, silent, testRule } from "./cases.ts";

testRule("windows.domain-controller", [
  finds("its services", one({ software: ["Microsoft.ActiveDirectory.WebServices.exe"] }), [
    "web01",
    "Warning",
    /Active Directory's services run in it: never/,
  ]),
  finds(
    "a name that looks like one",
    one({ guestId: "windows2019srv_64Guest", hostName: "berlin-DC01.corp.example" }),
    ["web01", "Information", /berlin-DC01 looks like/],
  ),
  silent("a Linux of that name", one({ hostName: "dc01" })),
  silent(
    "a name with these letters in it",
    one({ guestId: "windows2019srv_64Guest", hostName: "podcast01", name: "mydcx" }),
  ),
]);
