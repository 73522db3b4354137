import assert from "node:assert/strict";
import { connect, type ClientOptions, type CloudClient } from "../../cloud/client.ts";
import { CloudError } from "../../cloud/cloud-error.ts";
import { PASSWORD, PROJECT, startFakeCloud, withEnvironment, type FakeCloud } from "./fake-cloud.ts";

describe("cloud client", () => {
  let cloud: FakeCloud;
  let clock = 0;
  let slept: number[] = [];
  const clients: CloudClient[] = [];
  const open = async (options: ClientOptions = {}): Promise<CloudClient> => {
    const sleep = (ms: number): Promise<void> => {
      slept.push(ms);
      return Promise.resolve();
    };
    const client = await connect(cloud.entry, { now: () => clock, sleep, ...options });
    clients.push(client);
    return client;
  };
  const calls = (path: string): number => cloud.seen.filter((seen) => seen.path === path).length;
  const TOKENS = "/identity/v3/auth/tokens";

  beforeEach(async () => {
    cloud = await startFakeCloud();
    clock = 0;
    slept = [];
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await cloud.close();
  });

  describe("token", () => {
    it("is asked for with user, domains and project, and sent with each request", async () => {
      cloud.answer = () => ({ body: { server: {} } });
      const client = await open();
      await client.request("compute", "GET", "/servers/1");
      assert.deepEqual(cloud.seen[0]?.body, {
        auth: {
          identity: {
            methods: ["password"],
            password: { user: { name: "mover", domain: { name: "Default" }, password: PASSWORD } },
          },
          scope: { project: { name: "estate", domain: { id: "default" } } },
        },
      });
      assert.equal(cloud.seen[1]?.token, "secret-token-1");
      assert.equal(cloud.seen[1].path, "/compute/v2.1/servers/1");
      assert.equal(client.projectId, PROJECT);
      assert.deepEqual(client.roles, ["member"]);
    });

    it("of an application credential carries no scope: its project is its own", async () => {
      const auth = { kind: "applicationCredential", credential: { id: "c1" }, secret: "hidden-secret" } as const;
      clients.push(await connect({ ...cloud.entry, auth }));
      assert.deepEqual(cloud.seen[0]?.body, {
        auth: {
          identity: {
            methods: ["application_credential"],
            application_credential: { id: "c1", secret: "hidden-secret" },
          },
        },
      });
    });

    it("is renewed shortly before it ends, by its duration and not by this host's clock", async () => {
      cloud.answer = () => ({ body: {} });
      const client = await open();
      clock = 3_290_000;
      await client.request("compute", "GET", "/a");
      assert.equal(calls(TOKENS), 1);
      clock = 3_301_000;
      await client.request("compute", "GET", "/b");
      assert.equal(calls(TOKENS), 2);
      assert.equal(cloud.seen.at(-1)?.token, "secret-token-2");
    });

    it("is renewed once for many requests when the API refuses it", async () => {
      cloud.answer = (seen) => (seen.token === "secret-token-1" ? { status: 401 } : { body: { ok: true } });
      const client = await open();
      const answers = await Promise.all([1, 2, 3, 4].map((n) => client.request("compute", "GET", `/servers/${n}`)));
      assert.deepEqual(
        answers,
        [1, 2, 3, 4].map(() => ({ ok: true })),
      );
      assert.equal(calls(TOKENS), 2);
    });

    it("refused twice is an error, not a loop", async () => {
      cloud.answer = () => ({ status: 401, body: { error: { code: 401, message: "Unauthorized" } } });
      const client = await open();
      await assert.rejects(client.request("compute", "GET", "/servers/1"), { name: "CloudError", status: 401 });
      assert.equal(calls(TOKENS), 2);
    });

    it("given from outside is not renewed", async () => {
      const client = await connect({ ...cloud.entry, auth: { kind: "token", token: "given-token", project: null } });
      clients.push(client);
      cloud.answer = () => ({ status: 401 });
      await assert.rejects(client.request("compute", "GET", "/servers/1"), /token may have expired/);
      assert.equal(calls(TOKENS), 1);
    });

    it("for no project is refused with what to set", async () => {
      cloud.refuse = {
        status: 201,
        headers: { "x-subject-token": "t" },
        body: { token: { issued_at: "2026-01-01T00:00:00Z", expires_at: "2026-01-01T01:00:00Z" } },
      };
      await assert.rejects(open(), /set project_name in clouds\.yaml/);
    });
  });

  describe("retries", () => {
    const failing = (times: number, status: number, headers: Record<string, string> = {}): void => {
      let left = times;
      cloud.answer = () => (left-- > 0 ? { status, headers, body: "<html>busy</html>" } : { body: { ok: true } });
    };

    it("a GET that meets 503 and then works", async () => {
      failing(2, 503);
      assert.deepEqual(await (await open()).request("compute", "GET", "/x"), { ok: true });
      assert.equal(calls("/compute/v2.1/x"), 3);
      assert.ok((slept[1] ?? 0) > (slept[0] ?? 0), "it waits longer the second time");
    });

    it("never a POST that may have been carried out", async () => {
      failing(1, 503);
      await assert.rejects((await open()).request("compute", "POST", "/x", {}), { status: 503 });
      assert.equal(calls("/compute/v2.1/x"), 1);
    });

    it("never a POST whose connection broke after it was sent", async () => {
      cloud.answer = () => ({ reset: true });
      await assert.rejects((await open()).request("compute", "POST", "/x", {}), { name: "CloudError", status: null });
      assert.equal(calls("/compute/v2.1/x"), 1);
    });

    it("a POST that the caller knows to be repeatable", async () => {
      failing(1, 502);
      await (await open()).request("block-storage", "POST", "/volumes/1/action", {}, { idempotent: true });
      assert.equal(calls(`/volume/v3/${PROJECT}/volumes/1/action`), 2);
    });

    it("a POST that was turned away by a rate limit, after the time it names", async () => {
      failing(1, 429, { "retry-after": "7" });
      await (await open()).request("compute", "POST", "/x", {});
      assert.equal(slept[0], 7000);
    });

    it("a GET whose connection was reset", async () => {
      let left = 1;
      cloud.answer = () => (left-- > 0 ? { reset: true } : { body: { ok: true } });
      assert.deepEqual(await (await open()).request("compute", "GET", "/x"), { ok: true });
    });

    it("end, and say what to do", async () => {
      failing(99, 503);
      await assert.rejects(
        (await open()).request("compute", "GET", "/x"),
        /503: busy\. The fault is on the cloud's side/,
      );
      assert.equal(calls("/compute/v2.1/x"), 5);
    });

    it("no answer ends in a time-out", async () => {
      const client = await open({ totalTimeoutMs: 200 });
      cloud.answer = () => ({ hang: true });
      await assert.rejects(client.request("compute", "GET", "/x"), /no complete answer within 0\.2 s/);
    });

    it("a service that is down is named with advice", async () => {
      const { entry } = cloud;
      const authUrl = "http://127.0.0.1:1/v3";
      await assert.rejects(connect({ ...entry, authUrl }, { sleep: () => Promise.resolve() }), (error) => {
        assert.ok(error instanceof CloudError);
        assert.match(error.message, /^cloud "fake", identity: POST \/auth\/tokens failed: no answer: .*ECONNREFUSED/);
        assert.match(error.message, /Is the service up/);
        return true;
      });
    });
  });

  describe("pages", () => {
    it("are followed by the query of the link only, whatever host and path it names", async () => {
      cloud.answer = ({ path }) => {
        const marker = Number(new URL(path, cloud.url).searchParams.get("marker") ?? "0");
        const link = {
          rel: "next",
          href: `http://inside.invalid:8774/v2.1/servers/detail?limit=2&marker=${marker + 2}`,
        };
        return { body: { servers: [{ id: marker }, { id: marker + 1 }], servers_links: marker < 4 ? [link] : [] } };
      };
      const items = await (await open()).list("compute", "/servers/detail", "servers");
      assert.deepEqual(
        items,
        [0, 1, 2, 3, 4, 5].map((id) => ({ id })),
      );
      assert.ok(cloud.seen.slice(1).every(({ path }) => path.startsWith("/compute/v2.1/servers/detail")));
    });

    it("that go in a circle end in an error", async () => {
      const href = "http://x/v2.1/servers?marker=1";
      cloud.answer = () => ({ body: { servers: [], servers_links: [{ rel: "next", href }] } });
      await assert.rejects((await open()).list("compute", "/servers", "servers"), /circle/);
    });

    it("without the list are an error, not an empty list", async () => {
      cloud.answer = () => ({ body: { versions: [] } });
      await assert.rejects((await open()).list("compute", "/servers", "servers"), /has no list "servers"/);
    });
  });

  it("never asks a service of this machine through a proxy", async () => {
    await withEnvironment({ http_proxy: "http://127.0.0.1:1", https_proxy: "http://127.0.0.1:1" }, async () => {
      await open();
    });
    assert.equal(cloud.tokens.length, 1);
  });

  it("does not follow a redirect with the token", async () => {
    cloud.answer = () => ({ status: 302, headers: { location: "http://elsewhere.invalid/x?token=1" } });
    await assert.rejects(
      (await open()).request("compute", "GET", "/x"),
      /redirects to http:\/\/elsewhere\.invalid\/x;/,
    );
    assert.equal(cloud.seen.length, 2);
  });

  it("answers null where the API sends no body", async () => {
    cloud.answer = () => ({ status: 202 });
    assert.equal(await (await open()).request("block-storage", "POST", "/volumes/1/action", {}), null);
  });

  it("says so when a portal answers instead of the API", async () => {
    cloud.answer = () => ({ body: "<html>Please log in</html>" });
    await assert.rejects((await open()).request("compute", "GET", "/x"), /not JSON/);
  });

  it("shows no secret in any error, even when the API echoes it", async () => {
    const echo = `bad request: ${PASSWORD} secret-token-1`;
    cloud.refuse = { status: 401, body: { error: { message: `unknown password ${PASSWORD}` } } };
    const failures: unknown[] = [await open().catch((error: unknown) => error)];
    cloud.refuse = null;
    const client = await open();
    for (const reply of [
      { status: 400, body: { badRequest: { message: echo } } },
      { status: 500, body: echo },
      { reset: true },
    ]) {
      cloud.answer = () => reply;
      failures.push(
        await client.request("compute", "POST", "/x", { adminPass: PASSWORD }).catch((error: unknown) => error),
      );
    }
    assert.equal(failures.length, 4);
    for (const failure of failures) {
      assert.ok(failure instanceof CloudError);
      const shown = `${failure.message} ${failure.stack ?? ""} ${JSON.stringify(failure)} ${String(failure.cause)}`;
      assert.ok(!shown.includes(PASSWORD) && !shown.includes("secret-token"), shown);
    }
  });
});
