import { finds, one, silent, testRule } from "./cases.ts";

testRule("software.encryption", [
  finds("an encryption program", one({ software: ["MfeEpeHost.exe"] }), [
    "web01",
    "Warning",
    /McAfee\/Trellix Drive Encryption/,
  ]),
  finds("Windows with a vTPM", one({ tpm: true, guestId: "windows11_64Guest" }), ["web01", "Warning", /manage-bde/]),
  silent("Linux with a vTPM", one({ tpm: true })),
]);
