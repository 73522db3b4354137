import { ChildCommands } from "../../conversion/commands.ts";
import { messageOf } from "../../conversion/failure.ts";
import { radosOf, type LockSettings } from "../../conversion/limits/limit-settings.ts";
import { countHolders } from "../../conversion/limits/rados-locks.ts";
import { fine, type Finding } from "./finding.ts";

/** Whether this machine reaches the locks in Ceph, where runners.yaml wants them there. It takes none. */
export async function checkLocks(locks: LockSettings): Promise<Finding[]> {
  const access = radosOf(locks);
  if (access === null) return [];
  const [where, check, expected] = ["here", "locks in Ceph", "this machine can look at them"];
  try {
    const count = await countHolders(access, new ChildCommands());
    return [fine(where, check, `${count} copies hold one (pool ${access.pool})`, expected)];
  } catch (error) {
    const remedy =
      "Install ceph-common here, give it that ceph.conf and keyring; or `locks: files`, where one machine runs all waves.";
    return [{ where, check, state: "fault", found: messageOf(error), expected, remedy }];
  }
}
