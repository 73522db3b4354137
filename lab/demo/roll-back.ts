import { z } from "zod";
import { connect } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { UserError } from "../../cli/failure.ts";
import type { LabPaths } from "../paths.ts";
import { lab, wavelift } from "./commands.ts";
import { imagesOf, leftoversOf, offersOf } from "./leftovers.ts";
import { duration, Stages } from "./stages.ts";

const STACK = "wavelift/demo";
const SecurityGroups = z.array(z.object({ name: z.string() }));
const CLOUDS = ["lab", "lab-tenant"];

/** The rollback of the demo's wave: one command, then a look for anything that is left of it. */
export async function rollBack(paths: LabPaths): Promise<void> {
  const stages = new Stages(3);
  await stages.run(`Lab in ${paths.home}`, () => lab("up"));
  const before = await offersOf(CLOUDS);
  const volumeIds = before.flatMap(({ volumes }) =>
    volumes.filter(({ mark }) => mark?.stack === STACK).map(({ id }) => id),
  );
  process.stdout.write(
    before
      .flatMap((offer) => leftoversOf(offer, STACK))
      .map((line) => `  there is ${line}\n`)
      .join(""),
  );
  await stages.run("Destroy: servers first, the source last", () =>
    wavelift("destroy", "demo", "--yes", "--", "--non-interactive"),
  );
  await stages.run("Is anything left?", async () => {
    const after = await offersOf(CLOUDS);
    const left = [...after.flatMap((offer) => leftoversOf(offer, STACK)), ...(await imagesOf(volumeIds))];
    if (left.length > 0) throw new UserError(`Left of the wave:\n${left.map((line) => `  ${line}`).join("\n")}`, 1);
    process.stdout.write(
      `  no server, volume, port, RBD image or trash entry of ${STACK} (${volumeIds.length} volumes were)\n`,
    );
    process.stdout.write(
      `  still there for other waves: ${(await Promise.all(CLOUDS.map(sharedThings))).join("; ")}\n`,
    );
  });
  process.stdout.write(`Rolled back in ${duration(stages.times[1]?.seconds ?? 0)}.\n`);
}

/** Names of the security groups that stand in a target: what other waves need. */
async function sharedThings(cloud: string): Promise<string> {
  const client = await connect(readCloudEntry(cloud));
  try {
    const found = await client.list("network", `/security-groups?project_id=${client.projectId}`, "security_groups");
    return `${cloud}: security groups ${SecurityGroups.parse(found)
      .map(({ name }) => name)
      .sort()
      .join(", ")}`;
  } finally {
    await client.close();
  }
}
