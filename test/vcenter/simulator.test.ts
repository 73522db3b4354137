import assert from "node:assert/strict";
import { fetch } from "undici";
import { type Simulator, startSimulator } from "../../lab/vcenter/simulator.ts";
import { labPopulation } from "./lab-population.ts";
import { Soap } from "./soap.ts";

describe("the lab's vCenter", function () {
  this.timeout(180_000);
  let vcenter: Simulator;
  let soap: Soap;

  before(async () => {
    vcenter = await startSimulator({ population: await labPopulation(), files: true });
    soap = await Soap.to(vcenter);
  });

  after(async () => {
    await soap.close();
    await vcenter.stop();
  });

  const vm = (name: string) => vcenter.ids[name] ?? assert.fail(`no id of ${name}`);

  it("shows nothing before a login, and refuses a wrong password", async () => {
    assert.match(await soap.read("VirtualMachine", vm("web01"), "name"), /NotAuthenticated/);
    assert.match(await soap.login(vcenter.user, "wrong"), /InvalidLogin/);
    assert.match(await soap.read("VirtualMachine", vm("web01"), "name"), /NotAuthenticated/);
  });

  it("is not trusted without its certificate", async () => {
    await assert.rejects(fetch(vcenter.url), /fetch failed/);
  });

  it("asks for a session or the password on /folder, and gives what is in the datastore", async () => {
    const path = "/folder/web02/web02.vmdk?dcPath=DC0&dsName=ds1";
    const basic = (password: string) => ({
      Authorization: `Basic ${Buffer.from(`${vcenter.user}:${password}`).toString("base64")}`,
    });
    assert.equal(await soap.status(path), 401);
    assert.equal(await soap.status(path, basic("wrong")), 401);
    assert.equal(await soap.status(path, basic(vcenter.password)), 200);
    assert.equal(await soap.status(path, { Cookie: 'vmware_soap_session="made-up"' }), 401);
    assert.equal(await soap.status("/folder/web02/web02.vmdk?dcPath=DC1&dsName=ds1", basic(vcenter.password)), 404);
  });

  describe("after a login", () => {
    before(async () => {
      assert.match(await soap.login(vcenter.user, vcenter.password), /LoginResponse/);
    });

    it("tells of a VM what was put in", async () => {
      const text = await soap.read("VirtualMachine", vm("web01"), "config", "guest", "snapshot", "runtime", "layoutEx");
      for (const part of [
        "<fileName>[ds1] web01/web01-000001.vmdk</fileName>",
        "<fileName>[ds1] web01/web01.vmdk</fileName>",
        "<diskMode>independent_persistent</diskMode>",
        "<macAddress>00:50:56:aa:00:01</macAddress>",
        "<prefixLength>24</prefixLength>",
        "<ipAddress>10.20.0.1</ipAddress>",
        "<name>after update</name>",
        "<key>scsi0:0.ctkEnabled</key>",
        "<changeTrackingEnabled>true</changeTrackingEnabled>",
        "<numCoresPerSocket>2</numCoresPerSocket>",
        "<hostName>web01.shop.example</hostName>",
        "<size>6442450944</size>",
        "MsMpEng.exe",
      ])
        assert.ok(text.includes(part), `${part} is not in ${text.slice(0, 400)}`);
    });

    it("gives ranges of a disk's file to the session, and nothing of a running VM's", async () => {
      const path = "/folder/web02/web02-flat.vmdk?dcPath=DC0&dsName=ds1";
      const range = { Range: "bytes=0-511" };
      assert.equal(await soap.status(path, range), 500);
      const [dc] = (await labPopulation()).datacenters;
      const web02 = dc?.vms.find(({ name }) => name === "web02") ?? assert.fail("no web02");
      await vcenter.put({ ...web02, powerState: "poweredOff" });
      assert.equal(await soap.status(path, range), 206);
      await vcenter.trouble({ endSessions: true });
      assert.equal(await soap.status(path, range), 401);
      assert.match(await soap.login(vcenter.user, vcenter.password), /LoginResponse/);
      assert.equal(await soap.status(path, range), 206);
      await vcenter.put(web02);
    });

    it("shows a VM that was put again as it is now", async () => {
      const [dc] = (await labPopulation()).datacenters;
      const before = dc?.vms.find(({ name }) => name === "web02") ?? assert.fail("no web02");
      const nics = before.nics.map((nic) => ({ ...nic, macAddress: "00:50:56:aa:00:99" }));
      const disk = { deviceKey: 2001, label: "Hard disk 2", capacityBytes: 2 ** 30, file: "web02/new.vmdk", unit: 1 };
      const id = await vcenter.put({ ...before, memoryMiB: 4096, nics, disks: [...before.disks, disk] });
      assert.equal(id, vm("web02"));
      const text = await soap.read("VirtualMachine", id, "config.hardware", "guest.net");
      assert.match(text, /<memoryMB>4096</);
      assert.match(text, /web02\/new\.vmdk/);
      assert.match(text, /00:50:56:aa:00:99/);
      assert.doesNotMatch(text, /00:50:56:aa:00:03/);
      await vcenter.put(before);
    });

    it("says what it does not know of an order, and goes on", async () => {
      const [first] = (await labPopulation()).datacenters[0]?.vms ?? [];
      const wrong = { ...(first ?? assert.fail("no VM")), esxiHost: "nowhere" };
      await assert.rejects(vcenter.put(wrong), /no host "nowhere"/);
      assert.match(await soap.read("VirtualMachine", vm("web01"), "name"), /web01/);
    });

    it("has no VM that was removed", async () => {
      const [dc] = (await labPopulation()).datacenters;
      const asleep = dc?.vms.find(({ name }) => name === "asleep") ?? assert.fail("no such VM");
      await vcenter.remove("asleep");
      assert.match(await soap.read("VirtualMachine", vm("asleep"), "name"), /ManagedObjectNotFound/);
      assert.notEqual(await vcenter.put(asleep, "DC0"), vm("asleep"));
    });
  });
});
