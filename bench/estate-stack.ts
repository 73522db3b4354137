import { execa } from "execa";
import { project } from "../cli/project.ts";

/** Name of the stack that the measured wave's shared groups are looked up in. */
export const ESTATE_STACK = "bench-estate";

/** Makes the stack of the shared groups as it is after an `up`: its outputs alone are read by a wave. */
export async function importEstateStack(env: NodeJS.ProcessEnv): Promise<void> {
  const stack = {
    urn: `urn:pulumi:${ESTATE_STACK}::wavelift::pulumi:pulumi:Stack::wavelift-${ESTATE_STACK}`,
    custom: false,
    type: "pulumi:pulumi:Stack",
    outputs: { securityGroups: { bench: { servers: "sg-1" } }, serverGroups: { bench: {} } },
  };
  const manifest = { time: "2026-01-01T00:00:00Z", magic: "", version: "" };
  const input = JSON.stringify({ version: 3, deployment: { manifest, resources: [stack] } });
  const options = { cwd: project, env, extendEnv: false };
  await execa("pulumi", ["stack", "init", ESTATE_STACK, "--no-select", "--non-interactive"], options);
  await execa("pulumi", ["stack", "import", "--stack", ESTATE_STACK, "--non-interactive"], { ...options, input });
}
