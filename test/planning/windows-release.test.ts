import assert from "node:assert/strict";
import { guestFamily, isWindows, windowsRelease } from "../../planning/windows-release.ts";

const facts = (guestId: string, guestReportedName: string | null = null, guestName: string | null = null) => ({
  guestId,
  guestReportedName,
  guestName,
});

describe("the release of Windows", () => {
  it("is told by vSphere's guest ids", () => {
    const ids = {
      windows2022srvNext_64Guest: "Windows Server 2025",
      windows2019srvNext_64Guest: "Windows Server 2022",
      windows2019srv_64Guest: "Windows Server 2019",
      windows9Server64Guest: "Windows Server 2016",
      windows8Server64Guest: "Windows Server 2012",
      windows7Server64Guest: "Windows Server 2008 R2",
      winLonghorn64Guest: "Windows Server 2008",
      winNetEnterpriseGuest: "Windows Server 2003",
      windows11_64Guest: "Windows 11",
      windows9_64Guest: "Windows 10",
      windows8_64Guest: "Windows 8",
      windows7_64Guest: "Windows 7",
      winXPProGuest: "Windows XP",
      win2000ServGuest: "Windows 2000 or older",
      winNTGuest: "Windows 2000 or older",
    };
    assert.deepEqual(Object.fromEntries(Object.keys(ids).map((id) => [id, windowsRelease(facts(id))?.name])), ids);
  });

  it("is told by names, where RVTools has no id", () => {
    const names = {
      "Microsoft Windows Server 2025 (64-bit)": "Windows Server 2025",
      "Microsoft Windows Server 2012 R2 (64-bit)": "Windows Server 2012",
      "Microsoft Windows Server 2008 R2 (64-bit)": "Windows Server 2008 R2",
      "Microsoft Windows Server 2008 (32-bit)": "Windows Server 2008",
      "Microsoft Windows Server 2003 Standard (64-bit)": "Windows Server 2003",
      "Microsoft Windows 10 (64-bit)": "Windows 10",
      "Microsoft Windows XP Professional (32-bit)": "Windows XP",
    };
    const found = Object.keys(names).map((name) => [name, windowsRelease(facts("", null, name))?.name]);
    assert.deepEqual(Object.fromEntries(found), names);
  });

  it("is none of another system, and what runs wins over what is configured", () => {
    assert.equal(
      windowsRelease(facts("debian12_64Guest", "Debian GNU/Linux 12", "Debian GNU/Linux 12 (64-bit)")),
      null,
    );
    assert.equal(windowsRelease(facts("windows7Server64Guest", "Windows Server 2019"))?.name, "Windows Server 2019");
    assert.deepEqual(
      [
        facts("windows9_64Guest", "Ubuntu Linux"),
        facts("otherGuest", "Microsoft Windows 11"),
        facts("", null, "X"),
      ].map(isWindows),
      [false, true, false],
    );
    assert.deepEqual(["Rocky Linux 9", "Microsoft Windows 7", "FreeBSD 14"].map(guestFamily), [
      "linux",
      "windows",
      null,
    ]);
  });
});
