import { fileURLToPath } from "node:url";
import type { GoProgram } from "../../toolchain/go-program.ts";

/** The simulator's program. It builds within a minute from an empty cache. */
export const simulatorProgram: GoProgram = {
  name: "wavelift-vcenter",
  title: "the vCenter simulator",
  sources: fileURLToPath(new URL("go/", import.meta.url)),
};
