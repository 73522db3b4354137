import { z } from "zod";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";

/** A user of the lab's cloud with a password of the test's own, and what it can log in with. */
export interface LabUser {
  readonly name: string;
  readonly applicationCredentialId: string;
  /** A token of the user for the project admin. */
  readonly token: string;
  /** Removes the user, and with it the application credential. */
  remove(): Promise<void>;
}

const Ided = z.object({ id: z.string() });
const Users = z.array(Ided);

/** Makes an administrator of the project admin. A user of this name that an earlier run left is removed first. */
export async function makeLabUser(
  cloudsYaml: string,
  name: string,
  password: string,
  credentialSecret: string,
): Promise<LabUser> {
  const entry = readCloudEntry("lab", { OS_CLIENT_CONFIG_FILE: cloudsYaml });
  const admin = await connect(entry);
  const removeAll = async (): Promise<void> => {
    for (const { id } of Users.parse(await admin.list("identity", `/users?name=${name}`, "users")))
      await admin.request("identity", "DELETE", `/users/${id}`);
  };
  await removeAll();
  const body = { user: { name, password, domain_id: "default", default_project_id: admin.projectId } };
  const made = z.object({ user: Ided }).parse(await admin.request("identity", "POST", "/users", body));
  const roles = Users.parse(await admin.list("identity", "/roles?name=admin", "roles"));
  const role = `/projects/${admin.projectId}/users/${made.user.id}/roles/${roles[0]?.id ?? ""}`;
  await admin.request("identity", "PUT", role);
  const auth = {
    kind: "password" as const,
    user: { name, domain: { id: "default" } },
    password,
    project: { id: admin.projectId },
  };
  const user = await connect({ ...entry, auth });
  try {
    const credential = await applicationCredential(user, made.user.id, credentialSecret);
    const token = await newToken(entry.authUrl, auth);
    const remove = async (): Promise<void> => {
      await removeAll();
      await admin.close();
    };
    return { name, applicationCredentialId: credential, token, remove };
  } finally {
    await user.close();
  }
}

async function applicationCredential(user: CloudClient, userId: string, secret: string): Promise<string> {
  const body = { application_credential: { name: "sweep", secret } };
  const answer = await user.request("identity", "POST", `/users/${userId}/application_credentials`, body);
  return z.object({ application_credential: Ided }).parse(answer).application_credential.id;
}

async function newToken(
  authUrl: string,
  { user, password, project }: { user: object; password: string; project: object },
): Promise<string> {
  const identity = { methods: ["password"], password: { user: { ...user, password } } };
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project } } }),
  });
  return z.string().parse(answer.headers.get("x-subject-token"));
}
