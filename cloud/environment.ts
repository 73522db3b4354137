/** Environment variables, as a process has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables that pulumi-openstack lays over an entry of clouds.yaml, or under it where the entry leaves something
 * out. Source: terraform-provider-openstack 1.54.1 (openstack/provider.go) and gophercloud/utils (clientconfig, v3auth):
 * OS_PROJECT_ID wins over the entry's project_name, OS_TOKEN over its user, OS_INSECURE switches the verification of
 * certificates off, and OS_REGION_NAME and OS_INSECURE are stored in the state. An openrc file that was read once sets
 * most of them.
 */
const NAMES: ReadonlySet<string> = new Set(
  [
    ...["AUTH_URL", "REGION_NAME", "ENDPOINT_TYPE", "IDENTITY_API_VERSION", "SYSTEM_SCOPE", "SWAUTH"],
    ...["USERNAME", "USER_ID", "PASSWORD", "TOKEN", "AUTH_TOKEN", "DELAYED_AUTH", "ALLOW_REAUTH"],
    ...["TENANT_ID", "TENANT_NAME", "PROJECT_ID", "PROJECT_NAME", "DOMAIN_ID", "DOMAIN_NAME", "DEFAULT_DOMAIN"],
    ...["USER_DOMAIN_ID", "USER_DOMAIN_NAME", "PROJECT_DOMAIN_ID", "PROJECT_DOMAIN_NAME"],
    ...["APPLICATION_CREDENTIAL_ID", "APPLICATION_CREDENTIAL_NAME", "APPLICATION_CREDENTIAL_SECRET"],
    ...["INSECURE", "CACERT", "CERT", "KEY"],
  ].map((name) => `OS_${name}`),
);

/** Names of the variables that would make the provider go to another project, user or region than clouds.yaml says. */
export function strayCloudSettings(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => NAMES.has(name) && env[name] !== undefined && env[name] !== "")
    .sort();
}

/** The environment without them: a cloud is what its entry of clouds.yaml says, and a credential is nowhere else. */
export function withoutStraySettings(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NAMES.has(name)));
}
