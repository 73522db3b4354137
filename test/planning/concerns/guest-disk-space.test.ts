import { finds, one, silent, testRule } from "./cases.ts";

testRule("guest-disk.space", [
  finds(
    "a full root, /boot and drive C:",
    one({ guestDisks: [full("/", 99), full("/boot", 49), full("c:\\", 0), full("/srv", 9)] }),
    ["web01", "Critical", /file system \/ has 99 MiB free, expected at least 100 MiB/],
    ["web01", "Critical", /\/boot has 49 MiB free, expected at least 50/],
    ["web01", "Critical", /c:\\ has 0 MiB free/],
    ["web01", "Warning", /\/srv has 9 MiB free, expected at least 10/],
  ),
  silent(
    "just enough of each",
    one({ guestDisks: [full("/", 100), full("/boot", 50), full("C:", 100), full("/srv", 10)] }),
  ),
  silent("what is always full", one({ guestDisks: [full("/snap/core", 0, "squashfs"), full("/media", 0, "ISO9660")] })),
]);

function full(path: string, freeMiB: number, fileSystem: string | null = null) {
  return { path, capacityBytes: 2 ** 34, freeBytes: freeMiB * 2 ** 20 + 1000, fileSystem };
}
