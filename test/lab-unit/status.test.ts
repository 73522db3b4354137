import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { labPaths } from "../../lab/paths.ts";
import { parseStatus } from "../../lab/status.ts";

describe("lab: status and places", () => {
  it("reads services and guests", () => {
    assert.deepEqual(parseStatus("mysql\tup\t12\t130\nrabbit\tdown\t0\t0\ninstance-00000001\tguest\t99\t800\n"), [
      { name: "mysql", state: "up", pid: 12, memoryMiB: 130 },
      { name: "rabbit", state: "down", pid: 0, memoryMiB: 0 },
      { name: "instance-00000001", state: "guest", pid: 99, memoryMiB: 800 },
    ]);
    assert.deepEqual(parseStatus(""), []);
    assert.throws(() => parseStatus("mysql\twell\t1\t1\n"), /status\.sh said: mysql/);
  });

  it("the lab's home is the same for every clone, unless WAVELIFT_LAB names another", () => {
    assert.equal(labPaths({}).home, "/var/lib/wavelift-lab");
    assert.equal(labPaths({ WAVELIFT_LAB: "" }).home, "/var/lib/wavelift-lab");
    assert.equal(labPaths({ WAVELIFT_LAB: "/srv/lab" }).cloudsYaml, "/srv/lab/clouds.yaml");
  });
});
