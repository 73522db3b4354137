import { CloudConfigError } from "../cloud/clouds-yaml.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { FaultsError } from "../inventory/fault.ts";

/** Whether an error is a fault of the user's files or cloud: its message says all that there is to say. */
export function isUserFault(error: unknown): error is Error {
  return error instanceof FaultsError || error instanceof CloudError || error instanceof CloudConfigError;
}
