import assert from "node:assert/strict";
import path from "node:path";
import { GuestLogin, proveGuest } from "../../lab/demo/guest-proof.ts";
import { estateFiles } from "../../lab/estate.ts";
import { buildGuests, readGuests } from "../../lab/guests/build.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import { forgetLedger } from "./disks.ts";
import { paths, Workspace } from "./workspace.ts";

const WAVE = "test-guests";

/** Unplugged and without an address. */
const silentNic: EstateVm["nics"][number] = {
  deviceKey: 4001,
  label: "Network adapter 2",
  macAddress: "00:50:56:0c:01:21",
  network: "Backend",
  adapter: "vmxnet3",
  connected: false,
  startConnected: false,
  addresses: [],
  gateway: null,
};

/** Real guests: BIOS and UEFI, four disk formats, one that depends on the other. The steps build on each other. */
describe("real guests, migrated", function () {
  this.timeout(900_000);
  const wave = new Workspace(WAVE);
  const login = new GuestLogin(path.join(paths.guests, "id_lab"), path.join(paths.guests, "known_hosts"));
  let vms: readonly EstateVm[] = [];

  const writeWave = (overrides: object = {}): void => {
    wave.writePlan({
      [WAVE]: {
        target: "lab",
        defaults: { boot: true, checks: [{ kind: "ssh" }] },
        vms: { tdb01: { bootDisk: 2000 }, tuefi01: { dependsOn: ["tdb01"], ...overrides } },
      },
    });
  };
  const servers = async (): Promise<Map<string, string>> =>
    new Map(
      (await wave.offers())
        .flatMap((offer) => offer.servers)
        .filter(({ mark }) => mark?.stack === `wavelift/${WAVE}`)
        .map(({ name, id }) => [name, id]),
    );

  before(async () => {
    const guests = await readGuests(path.join(import.meta.dirname, "guests.yaml"));
    await buildGuests(guests, paths, () => undefined);
    vms = (await estateFiles(guests, paths)).map((vm) =>
      vm.key === "tdb01" ? { ...vm, nics: [...vm.nics, silentNic] } : vm,
    );
    await wave.open();
    for (const vm of vms) wave.writeVm(vm);
    writeWave();
    await wave.plan();
  });
  after(async () => {
    // What is accepted cannot be rolled back: for tidying up the ledgers are taken off by hand, as nothing in the product does.
    for (const volume of (await wave.volumes()).values()) await forgetLedger(volume);
    await wave.close();
  });

  it("answer over ssh at their old addresses, with their old MACs, host keys and files", async () => {
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    const proofs = await Promise.all(vms.map((vm) => proveGuest(vm, login)));
    for (const proof of proofs) assert.deepEqual(proof.faults, [], proof.vm);
    assert.equal(proofs.find(({ vm }) => vm === "tdb01")?.files, 4, "two files on each data disk");
    const ports = (await wave.offers()).flatMap((offer) => offer.ports);
    const silent = ports.find(({ macAddress }) => macAddress === silentNic.macAddress);
    assert.equal(silent?.fixedIps.length, 1, "Nova takes no port without an address: it has one of the pool");
    // tuefi01 depends on tdb01: its server is made after the other's `ready`.
    assert.ok(up.all.indexOf("tdb01-ready created") < up.all.indexOf("Instance tuefi01 creating"), up.all);
  });

  it("show no change at preview, also after a bare refresh of the state", async () => {
    const refreshed = await wave.pulumi("refresh", "--yes", "--skip-preview", "--stack", WAVE);
    assert.equal(refreshed.exitCode, 0, refreshed.all);
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
  });

  it("get a new server for other hardware, and keep their volumes, ports and data", async () => {
    const before = { servers: await servers(), volumes: await wave.volumes() };
    writeWave({ imageProperties: { hw_video_model: "virtio" } });
    await wave.plan();
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    const after = { servers: await servers(), volumes: await wave.volumes() };
    assert.notEqual(after.servers.get("tuefi01"), before.servers.get("tuefi01"), "a new server");
    assert.equal(after.servers.get("tdb01"), before.servers.get("tdb01"), "the other one is left alone");
    assert.deepEqual(after.volumes, before.volumes, "the same volumes");
    const [uefi] = vms.filter(({ key }) => key === "tuefi01");
    assert.ok(uefi);
    assert.deepEqual((await proveGuest(uefi, login)).faults, []);
  });

  it("are out of reach of a rollback once they are accepted", async () => {
    writeWave({ imageProperties: { hw_video_model: "virtio" }, phase: "accepted" });
    await wave.plan();
    const accepted = await wave.up();
    assert.equal(accepted.exitCode, 0, accepted.all);
    const before = await servers();
    const destroyed = await wave.wavelift("destroy", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    assert.notEqual(destroyed.exitCode, 0);
    assert.match(destroyed.all, /tuefi01: rollback is over/);
    assert.equal((await servers()).get("tuefi01"), before.get("tuefi01"));
  });
});
