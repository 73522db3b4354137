import { Argument, Command } from "commander";
import { execa } from "execa";
import { estateFiles, writeEstate } from "./estate.ts";
import { demandMachine } from "./facts.ts";
import { buildGuests, chooseGuests, readGuests } from "./guests/build.ts";
import { withLock } from "./lock.ts";
import { labPaths, labSource } from "./paths.ts";
import { labStatus, statusText } from "./status.ts";

/** `npm run lab -- up|down|status|guests|estate|env|prove`: one machine with real Ceph, real OpenStack, real guests. */

const paths = labPaths(process.env);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const script = async (name: string, ...args: string[]): Promise<void> => {
  await execa(labSource(name), args, { stdio: "inherit", env: { WAVELIFT_LAB: paths.home } });
};

const demand = (): Promise<void> => demandMachine(paths);

const guests = async (keys: string[], file: string | undefined): Promise<void> => {
  const chosen = chooseGuests(await readGuests(file), keys);
  await withLock(`${paths.home}/guests.lock`, say, () => buildGuests(chosen, paths, say));
};

const program = new Command("lab").description(`Ceph, OpenStack and guests on this machine, in ${paths.home}`);

program
  .command("up")
  .description("installs what is missing, starts what does not run")
  .option("--guests", "build the guests too, beside the services' start")
  .action(async (options: { guests?: boolean }) => {
    await demand();
    if (options.guests !== true) {
      await script("up.sh");
      return;
    }
    await script("up.sh", "packages");
    const results = await Promise.allSettled([script("up.sh"), guests([], undefined)]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  });

program
  .command("down")
  .description("stops everything; the data stays")
  .option("--purge", "remove the data too (not packages and guests)")
  .action((options: { purge?: boolean }) => script("down.sh", ...(options.purge === true ? ["--purge"] : [])));

program
  .command("status")
  .description("what runs; exit status 3 when not everything does")
  .option("--json", "for machines")
  .action(async (options: { json?: boolean }) => {
    const status = await labStatus(paths);
    process.stdout.write(`${options.json === true ? JSON.stringify(status, null, 2) : statusText(status)}\n`);
    if (!status.up) process.exitCode = 3;
  });

program
  .command("restart")
  .description("restarts services")
  .argument("<service...>", "names as `status` shows them")
  .action((services: string[]) => script("up.sh", "restart", ...services));

program
  .command("slurm")
  .description("a pool of three conversion hosts behind Slurm, on this machine")
  .addArgument(new Argument("<action>").choices(["up", "down", "status"]))
  .action(async (action: string) => {
    if (action === "up") await demand();
    const env = { WAVELIFT_LAB: paths.home, NODE: process.execPath };
    const { exitCode } = await execa(labSource("slurm.sh"), [action], { stdio: "inherit", reject: false, env });
    process.exitCode = exitCode ?? 1;
  });

program
  .command("guests")
  .description("builds the guests' disks, those that are not there yet")
  .argument("[key...]", "only these")
  .option("--file <yaml>", "definitions (default: lab/guests/guests.yaml)")
  .action(async (keys: string[], options: { file?: string }) => {
    await demand();
    await script("up.sh", "packages");
    await guests(keys, options.file);
  });

program
  .command("estate")
  .description("writes one estate file a guest, with facts read from the disks")
  .argument("<directory>")
  .argument("[key...]", "only these (default: all that are not for tests only)")
  .option("--file <yaml>", "definitions (default: lab/guests/guests.yaml)")
  .action(async (directory: string, keys: string[], options: { file?: string }) => {
    const all = await readGuests(options.file);
    const chosen = keys.length === 0 ? all.filter(({ testOnly }) => !testOnly) : chooseGuests(all, keys);
    for (const file of await writeEstate(directory, await estateFiles(chosen, paths))) say(file);
  });

program
  .command("env")
  .description('shell lines for the lab: eval "$(npm run -s lab -- env)"')
  .action(() => {
    const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
    process.stdout.write(
      [
        `export WAVELIFT_LAB=${quote(paths.home)}`,
        `export OS_CLIENT_CONFIG_FILE=${quote(paths.cloudsYaml)}`,
        "export OS_CLOUD=lab",
        `export WAVELIFT_LAB_SSH_KEY=${quote(`${paths.guests}/id_lab`)}`,
        `export WAVELIFT_LAB_KNOWN_HOSTS=${quote(`${paths.guests}/known_hosts`)}`,
        "",
      ].join("\n"),
    );
  });

program
  .command("prove")
  .description("boots one guest by hand, without Wavelift, and logs into it")
  .argument("[key]", "of a BIOS guest on lab-flat with one NIC", "db01")
  .action(async (key: string) => {
    const all = await readGuests();
    const [guest] = chooseGuests(all, [key]);
    if (guest === undefined) throw new Error(`no guest ${key}`);
    await guests([key], undefined);
    const [vm] = await estateFiles([guest], paths);
    await execa("/usr/bin/python3", [labSource("prove.py")], {
      input: JSON.stringify(vm),
      stdout: "inherit",
      stderr: "inherit",
      env: { OS_CLIENT_CONFIG_FILE: paths.cloudsYaml, WAVELIFT_LAB: paths.home },
    });
  });

try {
  await program.parseAsync();
} catch (error) {
  say(`lab: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
