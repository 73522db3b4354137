import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import { project } from "../../cli/project.ts";
import { stackFile } from "../../cli/stack-config.ts";
import { randomDisk } from "./disks.ts";
import { makeLabUser, type LabUser } from "./lab-user.ts";
import { processesBelow, watchProcesses, type ProcessFindings } from "./process-watch.ts";
import { searchBytes, searchFolder, type Finding, type Secret } from "./secret-search.ts";
import { testVm } from "./vms.ts";
import { paths, Workspace, type Run } from "./workspace.ts";

const MIB = 2 ** 20;
const WAVE = "test-secrets";
const BIG_MIB = 800;

/** A random secret with all that quoting can go wrong with around its core. */
function nasty(name: string, among: Secret[]): string {
  const core = randomBytes(12).toString("hex");
  among.push({ name, core });
  return `${core}"\\'é $x,=%&+`;
}

/** One that may stand in a URL. */
function plain(name: string, among: Secret[]): string {
  const core = randomBytes(12).toString("hex");
  among.push({ name, core });
  return core;
}

/** Of a secret that is base64: its longest part that looks the same however it is quoted. */
function longestPlain(text: string): string {
  const [longest = ""] = (text.match(/[A-Za-z0-9]+/g) ?? []).sort((a, b) => b.length - a.length);
  return longest;
}

describe("secrets, by every way in", function () {
  this.timeout(1_200_000);
  const started = Date.now();
  const wave = new Workspace(WAVE);
  const backend = path.join(wave.folder, "backend");
  const temporary = path.join(wave.folder, "tmp");
  const cloudsYaml = path.join(wave.folder, "clouds.yaml");
  /** In clouds.yaml or Ceph's keyring: for the launcher, the conversion program and the provider, in memory only. */
  const inFiles: Secret[] = [];
  /** Of an openrc file that was read: for nobody. */
  const ofOpenrc: Secret[] = [];
  /** What the operator gives pulumi in the environment: it stays there, and no tool sees it. */
  const forPulumi: Secret[] = [];
  const outputs: [string, string][] = [];
  let user: LabUser | undefined;
  let processes: ProcessFindings;

  const keep = (what: string, { all, exitCode }: Run): Run => {
    outputs.push([what, all]);
    return { all, exitCode, stdout: "" };
  };

  before(async () => {
    for (const folder of [backend, temporary]) mkdirSync(folder);
    const password = nasty("password of clouds.yaml", inFiles);
    const credentialSecret = nasty("secret of the application credential", inFiles);
    user = await makeLabUser(paths.cloudsYaml, "wavelift-sweep", password, credentialSecret);
    inFiles.push({ name: "token of clouds.yaml", core: longestPlain(user.token) });
    const keyring = readFileSync("/etc/ceph/ceph.client.cinder.keyring", "utf8");
    inFiles.push({ name: "key of Ceph", core: longestPlain(/key = (\S+)/.exec(keyring)?.[1] ?? "") });
    const at = { auth_url: "http://127.0.0.1:5000/v3" };
    const names = {
      username: user.name,
      project_name: "admin",
      user_domain_id: "default",
      project_domain_id: "default",
    };
    const common = { region_name: "RegionOne", interface: "public", identity_api_version: 3 };
    const clouds = {
      lab: { ...common, auth: { ...at, ...names, password } },
      "lab-tenant": {
        ...common,
        auth_type: "v3applicationcredential",
        auth: {
          ...at,
          application_credential_id: user.applicationCredentialId,
          application_credential_secret: credentialSecret,
        },
      },
      token: {
        ...common,
        auth_type: "v3token",
        auth: { ...at, token: user.token, project_name: "admin", project_domain_id: "default" },
      },
      unused: { auth: { ...at, ...names, password: nasty("password of another cloud", inFiles) } },
    };
    writeFileSync(cloudsYaml, stringify({ clouds }), { mode: 0o600 });
    Object.assign(wave.environment, {
      OS_CLIENT_CONFIG_FILE: cloudsYaml,
      PULUMI_BACKEND_URL: `file://${backend}`,
      TMPDIR: temporary,
      WAVELIFT_RUN_DIR: path.join(wave.folder, "run"),
      // For --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      // A Go program writes a core file only when it is told to, and so it is here.
      GOTRACEBACK: "crash",
      PULUMI_CONFIG_PASSPHRASE: nasty("passphrase of pulumi", forPulumi),
      PULUMI_ACCESS_TOKEN: plain("access token of pulumi", forPulumi),
      AWS_SECRET_ACCESS_KEY: nasty("key of an S3 backend", forPulumi),
      https_proxy: `http://me:${plain("password of the proxy", forPulumi)}@127.0.0.1:9`,
      OS_PROJECT_ID: "00000000000000000000000000000000",
      OS_INSECURE: "true",
      OS_PASSWORD: nasty("OS_PASSWORD", ofOpenrc),
      OS_TOKEN: nasty("OS_TOKEN", ofOpenrc),
      OS_APPLICATION_CREDENTIAL_SECRET: nasty("OS_APPLICATION_CREDENTIAL_SECRET", ofOpenrc),
      OS_AUTH_URL: `http://me:${plain("password in OS_AUTH_URL", ofOpenrc)}@127.0.0.1:9/v3`,
    });
    await wave.open();
    const targets = { lab: { cloud: "lab" }, tenant: { cloud: "lab-tenant" }, token: { cloud: "token" } };
    const storage = { lab: {}, tenant: {}, token: {} };
    const settings = { version: 1, datastores: { test: wave.datastore }, storage, slots: 3, threads: 2 };
    writeFileSync(wave.environment["WAVELIFT_RUNNERS"] ?? "", stringify(settings));
    await randomDisk(path.join(wave.datastore, "big.raw"), BIG_MIB, BIG_MIB);
    await randomDisk(path.join(wave.datastore, "small.raw"), 16, 4);
    const small = { file: "small.raw", capacityBytes: 16 * MIB };
    wave.writeVm(testVm("sweep1", 240, [{ file: "big.raw", capacityBytes: BIG_MIB * MIB }]));
    wave.writeVm(testVm("sweep2", 241, [small]));
    wave.writeVm(testVm("sweep3", 242, [small], { nics: [] }));
    // Fails: errors of pulumi print the command with its input and output.
    wave.writeVm(testVm("sweep4", 243, [{ ...small, file: "none.raw" }]));
    const vms = { sweep1: {}, sweep2: { target: "tenant" }, sweep3: { target: "token" }, sweep4: {} };
    wave.writePlan({ [WAVE]: { target: "lab", vms } }, { targets });

    // Before the watch: the environment of a pulumi that somebody starts by hand is what it is.
    // Its parts must not be asked for through the proxy, which `wavelift` sees to.
    Object.assign(wave.environment, { no_proxy: "127.0.0.1" });
    keep("bare pulumi", await wave.pulumi("preview", "--stack", WAVE));
    Reflect.deleteProperty(wave.environment, "no_proxy");
    const watch = watchProcesses([...inFiles, ...ofOpenrc, ...forPulumi]);
    try {
      keep("plan", await wave.wavelift("plan", WAVE));
      keep("plan --json", await wave.wavelift("plan", WAVE, "--json"));
      const log = ["--event-log", path.join(wave.folder, "preview-events.json"), "--logtostderr", "-v=9"];
      keep("preview", await wave.preview(...log));
      keep("up that is killed", await killedUp());
      const events = ["--event-log", path.join(wave.folder, "up-events.json")];
      keep("up", await wave.wavelift("up", WAVE, "--yes", "--", "--non-interactive", "--skip-preview", ...events));
      keep("destroy", await wave.wavelift("destroy", WAVE, "--yes", "--", "--non-interactive", "--skip-preview"));
    } finally {
      processes = watch.stop();
    }
  });

  after(async () => {
    await wave.wavelift("destroy", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    await wave.wavelift("destroy", wave.estate, "--yes", "--", "--non-interactive", "--skip-preview");
    for (const stack of [WAVE, wave.estate]) rmSync(stackFile(stack), { force: true });
    await user?.remove();
    await wave.close();
  });

  /** An `up` whose launcher, program and engine crash in mid-copy; core files are allowed where it starts. */
  async function killedUp(): Promise<Run> {
    const wavelift = [
      process.execPath,
      "bin/wavelift.mjs",
      "up",
      WAVE,
      "--yes",
      "--",
      "--non-interactive",
      "--skip-preview",
    ];
    const running = execa("prlimit", ["--core=unlimited", "--", ...wavelift], {
      cwd: project,
      env: wave.environment,
      stdin: "ignore",
      reject: false,
      all: true,
    });
    let crashed = 0;
    const end = Date.now() + 300_000;
    while (crashed === 0 && Date.now() < end) {
      await sleep(50);
      const below = processesBelow(running.pid ?? 0);
      const copies = below.some(
        ({ args }) => args.includes("qemu-nbd") && args.some((one) => one.endsWith("writer.sock")),
      );
      if (!copies) continue;
      // The processes that hold secrets, and a tool; from below, so that none is gone before its turn.
      for (const { pid, args } of below) {
        const [command = ""] = args;
        const holds = args.some((argument) => /convert\.mjs$|conversion-\w+\.mjs$|^pulumi|\/pulumi/.test(argument));
        if (!holds && command !== "qemu-nbd") continue;
        try {
          process.kill(pid, "SIGABRT");
          crashed += 1;
        } catch {
          // Ended by the crash of another one.
        }
      }
    }
    const ended = await running;
    assert.ok(crashed >= 3, `only ${crashed} processes were there to crash:\n${ended.all}`);
    assert.notEqual(ended.exitCode, 0);
    return { exitCode: ended.exitCode ?? -1, stdout: ended.stdout, all: ended.all };
  }

  const all = (): Secret[] => [...inFiles, ...ofOpenrc, ...forPulumi];
  const none = (findings: readonly Finding[]): void => {
    assert.deepEqual(findings, []);
  };

  it("really went in: the work was done with them, whatever the environment said", () => {
    const said = (what: string): string => outputs.find(([name]) => name === what)?.[1] ?? "";
    for (const { name, core } of all()) assert.ok(core.length >= 8, name);
    assert.match(said("plan"), /Wrote .*4 VM\(s\)/);
    for (const disk of ["sweep1", "sweep2", "sweep3"])
      assert.match(said("up"), new RegExp(`${disk}-disk-2000: sealed`), said("up"));
    assert.match(said("up"), /none\.raw/, "the fault of the fourth is told");
    assert.match(said("up"), /Not used: OS_APPLICATION_CREDENTIAL_SECRET, OS_AUTH_URL, OS_INSECURE, OS_PASSWORD/);
    const states = readdirSync(backend, { recursive: true, encoding: "utf8" }).filter((name) =>
      /\.json(\.bak)?$/.test(name),
    );
    for (const name of states)
      assert.doesNotMatch(readFileSync(path.join(backend, name), "utf8"), /"insecure"/, "OS_INSECURE is in the state");
    assert.match(said("bare pulumi"), /OS_TOKEN: the provider would mix this .* Unset it/);
    for (const command of [
      "pulumi",
      "pulumi-resource-openstack",
      "qemu-img",
      "qemu-nbd",
      "rbd",
      "node (conversion program)",
    ])
      assert.ok(processes.commands.has(command), `${command} was never seen: ${[...processes.commands].join(", ")}`);
  });

  it("are in no output, of errors and with pulumi's own log of everything neither", () => {
    none(outputs.flatMap(([what, text]) => searchBytes(Buffer.from(text), what, all())));
  });

  it("are in no state, backup, history, event log, wave file, run folder or temporary file", () => {
    const found = searchFolder(wave.folder, all(), { skip: [cloudsYaml, wave.datastore] });
    none(found.findings);
    assert.ok(found.files > 20, `${found.files} files`);
    assert.ok(readdirSync(backend, { recursive: true }).some((name) => String(name).endsWith(".bak")));
    const elsewhere = searchFolder(tmpdir(), all(), { skip: [wave.folder], sinceMs: started, largestBytes: 2 ** 20 });
    none(elsewhere.findings);
  });

  it("are in no core file and in nothing else that was written into the project's folder", () => {
    const skip = [path.join(project, "node_modules")];
    none(searchFolder(project, all(), { skip, sinceMs: started }).findings);
    assert.deepEqual(
      readdirSync(project).filter((name) => /^core(\.\d+)?$|^report\..*\.json$/.test(name)),
      [],
    );
  });

  it("are in no arguments of any process", () => {
    none(processes.inArguments);
  });

  it("of files are in nobody's environment, those of an openrc file in that of wavelift only", () => {
    const seen = (secrets: readonly Secret[]): string[] => {
      const names = new Set(secrets.map(({ name }) => name));
      const places = processes.inEnvironments.filter(({ secret }) => names.has(secret)).map(({ place }) => place);
      return [...new Set(places)].sort();
    };
    assert.deepEqual(seen(inFiles), []);
    // npm and esbuild's service are children of wavelift's own process.
    assert.deepEqual(
      seen(ofOpenrc).filter((place) => !/^(node wavelift\.mjs|prlimit|node|esbuild)$/.test(place.trim())),
      [],
    );
    // The environment that the operator gave to pulumi ends at the launcher. (setpriv is not asked: it becomes pulumi too.)
    const tools = /^(qemu-|rbd|ceph|ping|node \(conversion program\))/;
    assert.deepEqual(
      seen(forPulumi).filter((place) => tools.test(place)),
      [],
    );
  });
});
