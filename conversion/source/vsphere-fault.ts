import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import { refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";

/** What a fault of a vCenter or ESXi host means for a disk: what may heal is tried again, a wrong password is not. */
export function sourceError(disk: string, error: unknown): unknown {
  if (!(error instanceof VsphereError)) return error;
  const message = `${disk}: ${error.message}`;
  return error.mayHeal ? new SourceFault(message) : refused(message);
}
