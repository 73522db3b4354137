import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readYaml } from "../inventory/read-yaml.ts";
import { badInput, messageOf } from "./failure.ts";
import { Settings } from "./settings.ts";

/** Reads runners.yaml (WAVELIFT_RUNNERS, else in the project's folder). @throws all its faults at once */
export function readSettings(env: NodeJS.ProcessEnv, cwd: string): Settings {
  const file = resolve(cwd, env["WAVELIFT_RUNNERS"] ?? "runners.yaml");
  let content: unknown;
  try {
    content = readYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw badInput(
      `the settings of the conversion host cannot be read: ${file}: ${messageOf(error)}. Write that file, or name it in WAVELIFT_RUNNERS.`,
    );
  }
  const result = Settings.safeParse(content);
  if (result.success) return withZone(result.data);
  const faults = result.error.issues.map(({ path, message }) => `  ${path.map(String).join(".")}: ${message}`);
  throw badInput(`${file} is wrong:\n${faults.join("\n")}`);
}

/** Office hours are those of whoever wrote them: the conversion host's clock may well go by another zone. */
function withZone({ bandwidth, ...settings }: Settings): Settings {
  if (bandwidth === undefined) return settings;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { ...settings, bandwidth: { timeZone, ...bandwidth } };
}
