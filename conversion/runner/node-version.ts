import { badInput, type Failure } from "../failure.ts";
import { NODE_NEEDED } from "./ssh-fault.ts";

/** The fault of a node that is too old to run the program, null when it is not. @param version as node prints it, `20.18.1` */
export function nodeTooOld(version: string, label: string): Failure | null {
  const parts = /(\d+)\.(\d+)\.\d+\s*$/.exec(version);
  const [major, minor] = [Number(parts?.[1] ?? 0), Number(parts?.[2] ?? 0)];
  if (major > 20 || (major === 20 && minor >= 18)) return null;
  const found = parts?.[0].trim() ?? "of an unknown version";
  return badInput(
    `node on ${label} is ${found}: ${NODE_NEEDED} or later is needed. Install it there, or give the path of another ` +
      "one as `node` of the runner in runners.yaml.",
  );
}
