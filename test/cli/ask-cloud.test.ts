import assert from "node:assert/strict";
import type { CloudClient } from "../../cloud/client.ts";
import { withReasons } from "../../outcome/ask-cloud.ts";
import type { FailedPart, Outcome } from "../../outcome/outcome.ts";

const ID = "b13a9760-cab1-41a5-aed8-cea7ed24e852";
const part = (kind: FailedPart["kind"], error: string): FailedPart => ({
  resource: "web",
  kind,
  what: "it",
  cause: "it went to ERROR",
  remedy: "Mend it.",
  error,
});
const outcome = (failure: FailedPart): Outcome => ({
  finished: true,
  others: [],
  vms: [{ vm: "web", state: "failed", failures: [failure], waitsFor: [] }],
});
const client = (answers: Readonly<Record<string, unknown>>): CloudClient => ({
  cloud: "c",
  projectId: "p",
  roles: [],
  region: null,
  services: [],
  request: (_service, _method, path) =>
    path in answers ? Promise.resolve(answers[path]) : Promise.reject(new Error(path)),
  list: () => Promise.reject(new Error("not asked")),
  close: () => Promise.resolve(),
});
const SERVER = part(
  "server",
  `Error waiting for instance (${ID}) to become ready: unexpected state 'ERROR', wanted target 'ACTIVE'`,
);
const VOLUME = part(
  "volume",
  `Error waiting for openstack_blockstorage_volume_v3 ${ID} to become ready: The volume is in error status.`,
);
const causeAfter = async (failure: FailedPart, found: CloudClient | null): Promise<string | undefined> =>
  (await withReasons(outcome(failure), () => Promise.resolve(found))).vms[0]?.failures[0]?.cause;

describe("the reasons of the cloud", () => {
  it("are Nova's fault of the server and the last message of Cinder", async () => {
    const server = {
      server: { id: ID, name: "web", status: "ERROR", fault: { message: "No valid host was found. " } },
    };
    assert.equal(
      await causeAfter(SERVER, client({ [`/servers/${ID}`]: server })),
      "it went to ERROR: No valid host was found",
    );
    const messages = [
      { user_message: "an older one", created_at: "2026-11-21T01:00:00" },
      { user_message: "Could not find any available weighted backend.", created_at: "2026-11-21T02:00:00" },
    ];
    assert.equal(
      await causeAfter(VOLUME, client({ [`/messages?resource_uuid=${ID}`]: { messages } })),
      "it went to ERROR: Could not find any available weighted backend",
    );
  });

  it("are left out where the cloud does not answer: the end of a run is told in any case", async () => {
    for (const silent of [client({}), null]) assert.equal(await causeAfter(SERVER, silent), "it went to ERROR");
    const refused = await withReasons(outcome(VOLUME), () => Promise.reject(new Error("no clouds.yaml")));
    assert.equal(refused.vms[0]?.failures[0]?.cause, "it went to ERROR");
  });
});
