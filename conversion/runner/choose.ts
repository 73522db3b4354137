import { localRunner } from "./local.ts";
import type { Runner } from "./runner.ts";
import type { RunnerSettings } from "./runner-settings.ts";
import { sshRunner } from "./ssh.ts";

/** The runner that runners.yaml names. @param bundle path of the conversion program here */
export function chooseRunner(settings: RunnerSettings, bundle: string, env: NodeJS.ProcessEnv): Runner {
  return settings.kind === "local" ? localRunner(bundle, env) : sshRunner(settings, bundle, env);
}
