import assert from "node:assert/strict";
import * as sdk from "@pulumi/policy";
import type {
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { markMetadata, markTags } from "../../planning/mark.ts";
import type { CloudFacts } from "../../policy/cloud-facts.ts";
import { createGate, type Gate } from "../../policy/gate.ts";

/** How the engine writes a text that is not known before the run (@pulumi/policy, proxy.js). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The same for a list. */
export const UNKNOWN_LIST = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2";

export const SERVER = "openstack:compute/instance:Instance";
export const VOLUME = "openstack:blockstorage/volume:Volume";
export const PORT = "openstack:networking/port:Port";
export const RULE = "openstack:networking/secGroupRule:SecGroupRule";
export const COMMAND = "command:local:Command";

const STACK = "wavelift/wave1";

/** Clouds in which the given VMs have begun and these flavors exist; a question that must not be asked fails. */
export function clouds(
  begun: readonly string[] = [],
  flavors: Record<string, [number, number]> = {},
  used: readonly string[] = [],
): CloudFacts {
  return {
    usedVolume: (_cloud, stack, disk) => Promise.resolve(stack === STACK && used.includes(disk) ? "vol-1" : null),
    usedPort: (_cloud, stack, vm, { macAddress, networkId }) =>
      Promise.resolve(stack === STACK && used.includes(`${vm} ${macAddress ?? networkId ?? ""}`) ? "port-1" : null),
    begun: (cloud, stack, vm) => {
      assert.deepEqual([cloud, stack], ["prod", STACK]);
      return Promise.resolve(begun.includes(vm));
    },
    flavor: (cloud, name) => {
      assert.equal(cloud, "prod");
      const size = flavors[name];
      return Promise.resolve(size === undefined ? null : { vcpus: size[0], memoryMiB: size[1] });
    },
  };
}

/** A resource as the components declare it, with inputs laid over the usual ones. */
export function resource(type: string, name: string, props: Readonly<Record<string, unknown>> = {}) {
  const mark = (key: string) => ({ stack: STACK, key, generation: 1 });
  const vm = name.replace(/-(disk|nic)-\d+$/, "");
  const usual: Record<string, Record<string, unknown>> = {
    [SERVER]: {
      name: vm,
      flavorName: "m1.small",
      blockDevices: [
        { uuid: UNKNOWN, sourceType: "volume", destinationType: "volume", bootIndex: 0, deleteOnTermination: false },
      ],
      networks: [{ port: UNKNOWN }],
      metadata: markMetadata(mark(vm)),
    },
    [VOLUME]: { name, size: 20, volumeType: "ceph", metadata: markMetadata(mark(name)) },
    [PORT]: {
      name,
      networkId: "net",
      macAddress: "00:50:56:00:00:01",
      fixedIps: [{ subnetId: "sub", ipAddress: "10.0.0.5" }],
      securityGroupIds: [UNKNOWN],
      adminStateUp: true,
      tags: markTags(mark(vm)),
    },
    [RULE]: { securityGroupId: UNKNOWN, direction: "ingress", ethertype: "IPv4" },
  };
  return { type, name, props: { ...usual[type], ...props } };
}

class NotApplicable extends Error {}

const OPTS: PolicyResourceOptions = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

/** Inputs as the engine's host wraps them: reading an unknown one throws. (Exported by the SDK, but not in its types.) */
function asInPreview(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const wrapped: unknown = Reflect.apply(exportedFunction(sdk, "unknownCheckingProxy"), undefined, [props]);
  assert.ok(isRecord(wrapped));
  return wrapped;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function exportedFunction(owner: object, name: string): () => unknown {
  const found: unknown = Reflect.get(owner, name);
  assert.ok(isFunction(found), `${name} is no function`);
  return found;
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === "function";
}

/** What a policy reports for a resource, called as @pulumi/policy's server calls it. */
export async function violations(
  make: (gate: Gate) => ResourceValidationPolicy,
  { type, name, props }: { type: string; name: string; props: Readonly<Record<string, unknown>> },
  config: object = {},
  gate: Gate = createGate(clouds()),
): Promise<string[]> {
  const found: string[] = [];
  const args: ResourceValidationArgs = {
    type,
    name,
    urn: `urn:pulumi:wave1::wavelift::${type}::${name}`,
    props: asInPreview(props),
    opts: OPTS,
    provider: {
      type: "pulumi:providers:openstack",
      name: "target-prod",
      urn: "urn:provider",
      props: { cloud: "prod" },
    },
    stackTags: new Map(),
    isType: (resourceClass) => isInstance(resourceClass, type),
    asType: () => undefined,
    getConfig: () => config as never,
    notApplicable: () => {
      throw new NotApplicable();
    },
  };
  for (const validate of [make(gate).validateResource ?? []].flat()) {
    try {
      await validate(args, (message) => found.push(message));
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
    }
  }
  return found;
}

/** What a stack policy reports. */
export async function stackViolations(
  make: (gate: Gate) => StackValidationPolicy,
  resources: readonly { type: string; name: string; props: Readonly<Record<string, unknown>> }[],
  config: object = {},
  gate: Gate = createGate(clouds()),
): Promise<string[]> {
  const found: string[] = [];
  const all = resources.map(({ type, name, props }): PolicyResource => ({
    type,
    name,
    urn: `urn:pulumi:wave1::wavelift::${type}::${name}`,
    props: asInPreview(props),
    opts: OPTS,
    provider: {
      type: "pulumi:providers:openstack",
      name: "target-prod",
      urn: "urn:provider",
      props: { cloud: "prod" },
    },
    dependencies: [],
    propertyDependencies: {},
    isType: (resourceClass) => isInstance(resourceClass, type),
    asType: () => undefined,
  }));
  const notApplicable = (): never => {
    throw new NotApplicable();
  };
  await make(gate).validateStack(
    { resources: all, stackTags: new Map(), getConfig: () => config as never, notApplicable },
    (message) => found.push(message),
  );
  return found;
}

/** As @pulumi/policy's server decides it: by the static isInstance of generated classes. */
function isInstance(resourceClass: object, type: string): boolean {
  return Reflect.apply(exportedFunction(resourceClass, "isInstance"), resourceClass, [{ __pulumiType: type }]) === true;
}
