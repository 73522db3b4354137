import { open } from "node:fs/promises";
import type { Fault } from "./fault.ts";
import { wholeFileFault } from "./source-document.ts";

/** Largest file that is read, in bytes. A plan of 5,000 VMs with overrides is about 1 MB. */
const largestBytes = 16 * 2 ** 20;

/** Text of a UTF-8 file (a byte-order mark is dropped), or the fault that it cannot be read. */
export async function readText(file: string): Promise<string | Fault> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      if (size > largestBytes) {
        return wholeFileFault(
          file,
          `${size} bytes`,
          `at most ${largestBytes} bytes`,
          "split it, or give the right file",
        );
      }
      return new TextDecoder("utf-8", { fatal: true }).decode(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    return unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Fault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return wholeFileFault(file, "not there", "a file", "write it, or give its path");
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return wholeFileFault(file, "not UTF-8", "text in UTF-8", "save it as UTF-8");
  }
  const message = error instanceof Error ? error.message : String(error);
  return wholeFileFault(file, message, "a readable file", "see its path and permissions");
}
