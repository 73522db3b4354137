import { finds, one, silent, testRule } from "./cases.ts";

testRule("windows.q35", [
  finds(
    "a plan that takes q35 away",
    one({ guestId: "windows2022srvNext_64Guest" }, { imageProperties: { hw_machine_type: "pc" } }),
    ["web01", "Critical", /Windows Server 2025 would get machine type pc, expected q35/],
  ),
  finds(
    "the cloud's default",
    one({ guestId: "windows2022srvNext_64Guest" }, { imageProperties: { hw_machine_type: "" } }),
    ["web01", "Critical", /of the cloud's default/],
  ),
  silent("what is planned by itself, with BIOS, too", one({ guestId: "windows2022srvNext_64Guest", firmware: "bios" })),
  silent(
    "an older Windows",
    one({ guestId: "windows2019srvNext_64Guest" }, { imageProperties: { hw_machine_type: "pc" } }),
  ),
]);
