import { finds, one, silent, testRule } from "./cases.ts";

testRule("software.antivirus", [
  finds("a virus scanner", one({ software: ["mcshield.exe", "MASVC.exe", "sqlservr.exe"] }), [
    "web01",
    "Warning",
    /McAfee\/Trellix runs in the guest \(MASVC\.exe, mcshield\.exe\)/,
  ]),
  silent("other programs, and Windows' own scanner", one({ software: ["MsMpEng.exe", "nginx"] })),
  silent("what the source cannot tell", one({ software: null })),
]);
