import * as pulumi from "@pulumi/pulumi";

/** What a program registered, as the engine would see it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
  readonly options: unknown;
}

/**
 * Runs `declare` under Pulumi's mocks and returns every registered resource, sorted, with the options that protect
 * data. An invoke that nobody expected fails the test.
 */
export async function registrationsOf(
  declare: (opts: pulumi.ComponentResourceOptions) => pulumi.Resource,
): Promise<Registration[]> {
  const registered: Omit<Registration, "options">[] = [];
  const options = new Map<string, unknown>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        registered.push({ type, name, inputs: sorted(inputs) });
        if (type === "pulumi:pulumi:StackReference")
          return {
            id: name,
            state: {
              ...(inputs as object),
              outputs: {
                securityGroups: { lab: { web: "sg-lab-web" }, tenant: { web: "sg-tenant-web" } },
                serverGroups: { lab: { dbs: "group-dbs" } },
              },
              secretOutputNames: [],
            },
          };
        return {
          id: id === undefined || id === "" ? `${name}-id` : id,
          state: { ...(inputs as object), stdout: `{"stage":"${name}"}` },
        };
      },
      call: ({ token }) => {
        throw new Error(`unexpected invoke ${token}`);
      },
    },
    "wavelift",
    "sample",
    false,
    "organization",
  );
  declare({
    transformations: [
      ({ type, name, opts }) => {
        options.set(`${type} ${name}`, guards(opts));
        return undefined;
      },
    ],
  });
  await pulumi.runtime.disconnect();
  return registered
    .map((entry) => ({ ...entry, options: options.get(`${entry.type} ${entry.name}`) ?? null }))
    .sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

/** The options of a resource that protect data or keep an order; resources by their names. */
function guards(opts: pulumi.CustomResourceOptions): unknown {
  const name = (resource: pulumi.Resource | undefined): string | undefined =>
    (resource as { __name?: string } | undefined)?.__name;
  const { parent, ignoreChanges, replaceOnChanges, deleteBeforeReplace, deletedWith, customTimeouts, dependsOn } = opts;
  const waitsFor = Array.isArray(dependsOn)
    ? dependsOn.map((resource) => name(resource as pulumi.Resource))
    : dependsOn;
  return sorted({
    parent: name(parent),
    ignoreChanges,
    replaceOnChanges,
    deleteBeforeReplace,
    deletedWith: name(deletedWith),
    customTimeouts,
    dependsOn: waitsFor,
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
