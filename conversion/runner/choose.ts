import { failed } from "../failure.ts";
import { localRunner } from "./local.ts";
import type { Runner } from "./runner.ts";
import type { RunnerSettings } from "./runner-settings.ts";
import { slurmRunner } from "./slurm.ts";
import { sshRunner } from "./ssh.ts";

/**
 * The runner of one conversion host.
 * @param settings of one host: hosts.ts gives those of a pool
 * @param bundle path of the conversion program here
 */
export function chooseRunner(settings: RunnerSettings, bundle: string, env: NodeJS.ProcessEnv): Runner {
  switch (settings.kind) {
    case "local":
      return localRunner(bundle, env);
    case "ssh":
      return sshRunner(settings, bundle, env);
    case "slurm":
      return slurmRunner(settings, bundle, env);
    case "pool":
      throw failed("a pool of conversion hosts is no host");
  }
}
