import * as command from "@pulumi/command";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { verbs } from "../conversion/job.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { object, present, text } from "./props.ts";

const NAME = "import-is-never-repeated";
const Config = z.strictObject({});

/**
 * Stages cannot run a second time by an edit. @pulumi/command runs `create` again for any changed input of a Command
 * without `update`: for an import, a copy over the disk of a running server. No VM is excepted from
 * this one, and least of all one that has begun.
 */
export const importIsNeverRepeated = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "An edit never imports a disk a second time.", Config),
  validateResource: validateResourceOfType(
    command.local.Command,
    gate.check(
      NAME,
      Config,
      ({ name, props }) => {
        const create = text(props, "create") ?? "";
        if (!verbs.some((verb) => verb === create)) return [];
        const update = text(props, "update");
        const faults: string[] = [];
        if (!present(props, "update")) {
          faults.push(`stage ${name} has no \`update\`: any edit would run \`${create}\` again. Give it one.`);
        }
        if (create === "import" && update === "import") {
          faults.push(`stage ${name} imports again at any edit. Set its \`update\` to sync.`);
        }
        if (create === "image" && update === "image") {
          faults.push(`stage ${name} makes its image again at any edit. Set its \`update\` to image-sync.`);
        }
        // Behind a volume that could not be made the id is not known in the middle of an `up` either, and both the list
        // of triggers and the environment come without it: that stage will not run, and must not stop the other VMs.
        const hasVolume = present(object(props, "environment"), "WAVELIFT_VOLUME_ID");
        if (create === "import" && hasVolume && !present(props, "triggers")) {
          faults.push(
            `stage ${name} has no \`triggers\`: it would not notice another volume, and adding them later imports again. Set them to the volume's id.`,
          );
        }
        return faults;
      },
      { always: true },
    ),
  ),
});
