import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { CloudConfigError, readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { CloudEntry } from "../../cloud/entry.ts";

const SECRET = "s3cret-never-shown";
const auth = {
  auth_url: "https://cloud.example:5000",
  username: "mover",
  user_domain_name: "Default",
  password: SECRET,
  project_name: "estate",
  project_domain_id: "default",
};

describe("clouds.yaml", () => {
  let home: string;
  let cwd: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "wavelift-clouds-"));
    cwd = join(home, "work");
    mkdirSync(join(home, ".config", "openstack"), { recursive: true });
    mkdirSync(cwd);
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });
  const put = (file: string, content: string | object): string => {
    const path = join(home, file);
    writeFileSync(path, typeof content === "string" ? content : stringify(content));
    return path;
  };
  const read = (name: string, env: Record<string, string> = {}): CloudEntry =>
    readCloudEntry(name, { HOME: home, ...env }, cwd);
  /** The error's text, which must never hold the secret. */
  const failure = (name: string, env: Record<string, string> = {}): string => {
    try {
      read(name, env);
    } catch (error) {
      assert.ok(error instanceof CloudConfigError, String(error));
      assert.ok(!`${error.message} ${error.stack ?? ""} ${String(error.cause)}`.includes(SECRET), error.message);
      return error.message;
    }
    throw new assert.AssertionError({ message: "no error" });
  };
  const entryFault = (entry: object): string => {
    put("work/clouds.yaml", { clouds: { prod: entry } });
    return failure("prod");
  };

  describe("search", () => {
    const at = (where: string) => ({ clouds: { prod: { auth: { ...auth, username: where } } } });
    const user = (entry: CloudEntry): unknown => entry.auth.kind === "password" && entry.auth.user;

    it("takes OS_CLIENT_CONFIG_FILE, then the working folder, then ~/.config/openstack", () => {
      put(".config/openstack/clouds.yaml", at("home"));
      assert.deepEqual(user(read("prod")), { name: "home", domain: { name: "Default" } });
      put("work/clouds.yaml", at("folder"));
      assert.deepEqual(user(read("prod")), { name: "folder", domain: { name: "Default" } });
      const file = put("elsewhere.yaml", at("named"));
      assert.deepEqual(user(read("prod", { OS_CLIENT_CONFIG_FILE: file })), {
        name: "named",
        domain: { name: "Default" },
      });
    });

    it("lists where it looked when there is none", () => {
      const message = failure("prod");
      for (const place of [
        join(cwd, "clouds.yaml"),
        join(home, ".config/openstack/clouds.yaml"),
        "/etc/openstack/clouds.yaml",
      ]) {
        assert.ok(message.includes(place), message);
      }
    });

    it("names the clouds it knows and the one that was meant", () => {
      put("work/clouds.yaml", { clouds: { "prod-east": { auth }, lab: { auth } } });
      assert.match(
        failure("prod-eats"),
        /has no cloud "prod-eats"; it knows prod-east, lab\. Did you mean "prod-east"\?/,
      );
      assert.doesNotMatch(failure("somewhere"), /Did you mean/);
      assert.match(failure("constructor"), /has no cloud "constructor"/);
    });
  });

  it("is resolved to plain data that stands alone", () => {
    put("work/clouds.yaml", {
      clouds: { prod: { auth, region_name: "R1", interface: "internalURL", volume_api_version: 3 } },
    });
    const entry = read("prod");
    assert.deepEqual(entry, {
      name: "prod",
      authUrl: "https://cloud.example:5000/v3",
      auth: {
        kind: "password",
        user: { name: "mover", domain: { name: "Default" } },
        password: SECRET,
        project: { name: "estate", domain: { id: "default" } },
      },
      region: "R1",
      interface: "internal",
      caPem: null,
      endpoints: {},
    });
    assert.deepEqual(CloudEntry.parse(JSON.parse(JSON.stringify(entry))), entry);
  });

  for (const [written, expected] of [
    ["https://c.example:5000", "https://c.example:5000/v3"],
    ["https://c.example/identity/", "https://c.example/identity/v3"],
    ["https://c.example/identity/v3/", "https://c.example/identity/v3"],
    ["https://c.example:5000/v2.0", "https://c.example:5000/v3"],
  ] as const) {
    it(`reads auth_url ${written} as ${expected}`, () => {
      put("work/clouds.yaml", { clouds: { prod: { auth: { ...auth, auth_url: written } } } });
      assert.equal(read("prod").authUrl, expected);
    });
  }

  it("gets its secrets from the secure.yaml that the provider finds, map by map", () => {
    const { password, ...open } = auth;
    const file = put("named.yaml", { clouds: { prod: { auth: open } } });
    put(".config/openstack/secure.yaml", { clouds: { prod: { auth: { password } } } });
    const entry = read("prod", { OS_CLIENT_CONFIG_FILE: file });
    assert.equal(entry.auth.kind === "password" && entry.auth.password, SECRET);
    assert.equal(entry.authUrl, "https://cloud.example:5000/v3");
  });

  it("refuses a secure.yaml that the provider would not find, and says where it belongs", () => {
    const { password, ...open } = auth;
    const file = put("named.yaml", { clouds: { prod: { auth: open }, other: { auth } } });
    const secure = put("secure.yaml", { clouds: { prod: { auth: { password } } } });
    assert.match(
      failure("prod", { OS_CLIENT_CONFIG_FILE: file }),
      /secure\.yaml: pulumi-openstack does not read secure\.yaml here\. Move it to one of .*\.config\/openstack\/secure\.yaml/,
    );
    assert.equal(read("other", { OS_CLIENT_CONFIG_FILE: file }).name, "other", "it says nothing of this cloud");
    const named = put("elsewhere.yaml", { clouds: { other: { auth: { password } } } });
    assert.match(
      failure("other", { OS_CLIENT_CONFIG_FILE: file, OS_CLIENT_SECURE_FILE: named }),
      /elsewhere\.yaml: pulumi-openstack does not read/,
    );
    assert.ok(secure);
  });

  it("refuses a user and a password inside an address, without showing them", () => {
    const at = `https://mover:${SECRET}@cloud.example:5000`;
    assert.match(entryFault({ auth: { ...auth, auth_url: at } }), /auth\.auth_url: .*without user and password in it/);
    assert.match(
      entryFault({ auth, network_endpoint_override: at }),
      /network_endpoint_override: .*without user and password in it/,
    );
  });

  it("shows no value of an entry, whichever of its settings is of the wrong type", () => {
    const settings = ["username", "password", "project_name", "user_domain_name", "auth_url"] as const;
    const wrong = [[SECRET], { [SECRET]: SECRET }, [{ deep: SECRET }], `\u0000${SECRET}`, ` ${SECRET}`];
    for (const setting of settings)
      for (const value of wrong) {
        put("work/clouds.yaml", { clouds: { prod: { auth: { ...auth, [setting]: value } } } });
        try {
          read("prod");
        } catch {
          failure("prod");
        }
      }
    for (const setting of [
      "auth_type",
      "interface",
      "region_name",
      "cacert",
      "identity_api_version",
      "verify",
      "regions",
    ])
      for (const value of [SECRET, [SECRET], { [SECRET]: SECRET }]) {
        // The path of `cacert` is no secret, and is named when it is not there.
        if (setting === "cacert" && value === SECRET) continue;
        put("work/clouds.yaml", { clouds: { prod: { auth, [setting]: value } } });
        try {
          read("prod");
        } catch {
          failure("prod");
        }
      }
    for (const entry of [SECRET, [SECRET], { auth: SECRET }, { auth: [SECRET] }]) {
      put("work/clouds.yaml", { clouds: { prod: entry } });
      failure("prod");
    }
  });

  it("knows application credentials, by id and by name", () => {
    const credential = (more: object) => ({
      auth_type: "v3applicationcredential",
      auth: { auth_url: auth.auth_url, application_credential_secret: SECRET, ...more },
    });
    put("work/clouds.yaml", {
      clouds: {
        byId: credential({ application_credential_id: "c1" }),
        byName: credential({ application_credential_name: "mover", username: "me", user_domain_id: "d1" }),
      },
    });
    assert.deepEqual(read("byId").auth, { kind: "applicationCredential", credential: { id: "c1" }, secret: SECRET });
    assert.deepEqual(read("byName").auth, {
      kind: "applicationCredential",
      credential: { name: "mover", user: { name: "me", domain: { id: "d1" } } },
      secret: SECRET,
    });
  });

  it("knows tokens, with and without a project", () => {
    const token = { auth_url: auth.auth_url, token: SECRET };
    put("work/clouds.yaml", {
      clouds: {
        own: { auth_type: "v3token", auth: token },
        scoped: { auth_type: "token", auth: { ...token, project_id: "p" } },
      },
    });
    assert.deepEqual(read("own").auth, { kind: "token", token: SECRET, project: null });
    assert.deepEqual(read("scoped").auth, { kind: "token", token: SECRET, project: { id: "p" } });
  });

  it("reads the certificates of cacert into the entry", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
    put("ca.pem", pem);
    put("work/clouds.yaml", {
      clouds: {
        prod: { auth, cacert: "~/ca.pem" },
        broken: { auth, cacert: "clouds.yaml" },
        gone: { auth, cacert: "/no/ca.pem" },
      },
    });
    assert.equal(read("prod").caPem, pem);
    assert.match(failure("broken"), /clouds\.broken\.cacert: .* holds no certificate/);
    assert.match(failure("gone"), /\/no\/ca\.pem cannot be read \(ENOENT\)/);
  });

  it("takes endpoint overrides", () => {
    put("work/clouds.yaml", { clouds: { prod: { auth, volumev3_endpoint_override: "https://v.example/v3" } } });
    assert.deepEqual(read("prod").endpoints, { "block-storage": "https://v.example/v3" });
    assert.match(
      entryFault({ auth, network_endpoint_override: "v.example" }),
      /network_endpoint_override: expected an address/,
    );
  });

  it("reports every fault of an entry at once, by path", () => {
    const message = entryFault({
      auth: { auth_url: "cloud.example", username: "x", password: 12345 },
      interface: "secret",
      identity_api_version: 2,
    });
    for (const path of [
      "auth.auth_url",
      "auth.password",
      "auth.user_domain_name",
      "auth.project_name",
      "interface",
      "identity_api_version",
    ]) {
      assert.ok(message.includes(`clouds.prod.${path}: `), `${path} in ${message}`);
    }
    assert.match(message, /auth\.password: expected text; a number or a yes\/no must stand in quotes/);
    assert.ok(!message.includes("12345"));
  });

  for (const off of [{ verify: false }, { verify: "no" }, { insecure: true }]) {
    it(`refuses ${JSON.stringify(off)} and says how to trust the CA instead`, () => {
      assert.match(entryFault({ auth, ...off }), /certificates are always verified: remove this line.*`cacert: /);
    });
  }

  it("refuses what it does not know, with what to do", () => {
    assert.match(entryFault({ profile: "vexxhost", auth }), /vendor profiles are not read/);
    assert.match(
      entryFault({ auth, auth_type: "v3oidcpassword" }),
      /auth_type: expected password, v3applicationcredential or v3token/,
    );
    assert.match(entryFault({ auth, cert: "/c.pem" }), /client certificates are not supported/);
  });

  it("never quotes the file when it is not valid YAML: the line may hold a password", () => {
    const broken = [
      `clouds:\n  prod:\n    auth: {password: "${SECRET}\n`,
      `clouds:\n  prod:\n    auth:\n      password: *${SECRET}\n`,
      `clouds:\n  prod:\n    auth:\n      password: @${SECRET}\n`,
      `clouds:\n  prod:\n    auth:\n      password: ${SECRET}\n      password: ${SECRET}\n`,
      `clouds: ${SECRET}\n`,
    ];
    for (const content of broken) {
      put("work/clouds.yaml", content);
      assert.match(failure("prod"), /clouds\.yaml/);
    }
  });
});
