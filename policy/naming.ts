import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate, type Judge } from "./gate.ts";
import { text } from "./props.ts";

/** 1 to 255 characters, none of them invisible: what every OpenStack service takes and a person can read. */
const ANY_NAME = "^[^\\p{Cc}\\p{Cf}]{1,255}$";

const pattern = z.string().refine(isRegExp, "not a regular expression (JavaScript, flag u)").default(ANY_NAME);
const Config = z.strictObject({
  server: pattern.describe("Regular expression that names of servers match, for example ^[a-z0-9-]+$."),
  volume: pattern.describe("Regular expression that names of volumes match."),
  port: pattern.describe("Regular expression that names of ports match."),
  exceptVms,
});

function isRegExp(source: string): boolean {
  try {
    return new RegExp(source, "u").source !== "";
  } catch {
    return false;
  }
}

const judge =
  (noun: "server" | "volume" | "port"): Judge<z.infer<typeof Config>> =>
  ({ props }, config) => {
    const name = text(props, "name");
    if (name === undefined || new RegExp(config[noun], "u").test(name)) return [];
    return [
      `the name ${JSON.stringify(name)} of the ${noun} does not match ${config[noun]}. Set ${
        noun === "server" ? "`name` of the VM or `names.server`" : `\`names.${noun}\``
      } in the plan, then run \`wavelift plan\`.`,
    ];
  };

/** Names of servers, volumes and ports follow the cloud owner's patterns. One policy a noun, one configuration each. */
export const naming = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy("naming", "Servers, volumes and ports are named as the cloud's owner wants.", Config),
  validateResource: [
    validateResourceOfType(openstack.compute.Instance, gate.check("naming", Config, judge("server"))),
    validateResourceOfType(openstack.blockstorage.Volume, gate.check("naming", Config, judge("volume"))),
    validateResourceOfType(openstack.networking.Port, gate.check("naming", Config, judge("port"))),
  ],
});
