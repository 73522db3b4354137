import { connect } from "../../cloud/client.ts";
import { CloudConfigError, readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { CloudError } from "../../cloud/cloud-error.ts";
import { conversionHosts } from "../../conversion/runner/hosts.ts";
import type { Settings } from "../../conversion/settings.ts";
import type { Plan } from "../../inventory/schema/plan.ts";
import { ensureToolchain } from "../../toolchain/ensure.ts";
import { ToolchainError } from "../../toolchain/tool-error.ts";
import { fine, type Finding } from "./finding.ts";

const HERE = "here";

/** What the plan names and runners.yaml does not know. Pure. */
export function judgeSettings(settings: Settings, plan: Plan): Finding[] {
  const hosts = conversionHosts(settings).map((host) => host.settings);
  const targets = Object.keys(plan.targets).filter((target) =>
    hosts.some((one) => !Object.hasOwn(one.storage, target)),
  );
  const datastores = Object.keys(plan.datastores).filter((name) =>
    hosts.some((one) => !Object.hasOwn(one.datastores, name)),
  );
  const check = "runners.yaml";
  const expected = "knows the plan's targets and datastores";
  const missing = [
    ...targets.map((target): Finding => ({
      ...{ where: HERE, check: `${check}: storage`, state: "fault", found: `no target "${target}"`, expected },
      remedy: `Add ${target} under \`storage\`: pool, user and conf of its Ceph.`,
    })),
    ...datastores.map((name): Finding => ({
      ...{ where: HERE, check: `${check}: datastores`, state: "warning", found: `no datastore "${name}"`, expected },
      remedy: `Add ${name} under \`datastores\`: the folder where the conversion host sees it; or have its server in sources.yaml (docs/reading-disks.md).`,
    })),
  ];
  return missing.length > 0 ? missing : [fine(HERE, check, "knows them all", expected)];
}

/** Each cloud of the plan's targets gives a token. */
export function checkClouds(plan: Plan, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const names = [...new Set(Object.values(plan.targets).map(({ cloud }) => cloud))].sort();
  const expected = "its entry in clouds.yaml gives a token";
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      const check = `cloud ${name}`;
      try {
        const client = await connect(readCloudEntry(name, env, process.cwd()));
        await client.close();
        return fine(HERE, check, "gives a token", expected);
      } catch (error) {
        if (!(error instanceof CloudError) && !(error instanceof CloudConfigError)) throw error;
        const remedy = "Mend the entry, or see that the cloud is reached from here.";
        return { where: HERE, check, state: "fault", found: error.message, expected, remedy };
      }
    }),
  );
}

/** Pulumi with its plugins; prepares it where that was not done yet, as `up` would. */
export async function checkToolchain(): Promise<Finding> {
  const check = "Pulumi";
  const expected = "command line, language host and plugins that fit";
  try {
    const { report } = await ensureToolchain();
    const found = report.parts.map(({ title, version, use }) => `${title} ${version} (${use})`).join(", ");
    return fine(HERE, check, found, expected);
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    const remedy = "Do what it says, then `npm run toolchain`.";
    return { where: HERE, check, state: "fault", found: error.message, expected, remedy };
  }
}
