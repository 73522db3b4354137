import assert from "node:assert/strict";
import { causeOf, causeOfViolation } from "../../outcome/causes.ts";
import { resourceName } from "../../outcome/resource-name.ts";

const WAVE = "urn:pulumi:w1::wavelift::wavelift:index:MigrationWave$wavelift:index:MigratedServer";
const VOLUME = `${WAVE}$wavelift:index:MigratedDisk$openstack:blockstorage/volume:Volume::web-disk-2000`;
const PORT = `${WAVE}$openstack:networking/port:Port::web-nic-4000`;
const SERVER = `${WAVE}$openstack:compute/instance:Instance::web`;
const IMPORT = `${WAVE}$wavelift:index:MigratedDisk$command:local:Command::web-import-2000`;
const READY = `${WAVE}$command:local:Command::web-ready`;

/** As the engine gives the error of a provider: once as a line of the provider's log, once as the error. */
const twice = (error: string): string[] => [
  `  sdk-v2/provider2.go:571: sdk.helper_schema: ${error}: provider=openstack@3.15.2\n`,
  `1 error occurred:\n\t* ${error}\n\n\n`,
];
const neutron = (status: string, type: string, message: string): string[] =>
  twice(
    `Error creating openstack_networking_port_v2: ${status} ` +
      JSON.stringify({ NeutronError: { type, message, detail: "" } }),
  );
const CONFLICT =
  "Expected HTTP response code [201 202] when accessing [POST http://api/v2.0/ports], but got 409 instead\n";
const FORBIDDEN = "Request forbidden: [POST http://api/v2.0/ports], error message:";
const stage = (verb: string, status: number, ...lines: string[]): string[] => [
  `exit status ${status}: running "${verb}":\n${lines.join("\n")}\n\n`,
];

/** [what, resource, what was said, cause, remedy]: texts of the lab's Cinder, Nova and Neutron. */
const cases: readonly (readonly [string, string, readonly string[], RegExp, RegExp])[] = [
  [
    "Cinder's quota of volumes (413)",
    VOLUME,
    twice(
      "Error creating openstack_blockstorage_volume_v3: Expected HTTP response code [202] when accessing [POST http://api/volumes], but got 413 instead\n" +
        `{"overLimit":{"code":413,"message":"VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.","retryAfter":"0"}}`,
    ),
    /^a quota of the project is reached: VolumeLimitExceeded: Maximum number of volumes allowed \(10\)/,
    /^Raise the quota/,
  ],
  [
    "Cinder's quota of gigabytes (413)",
    VOLUME,
    twice(
      "Error creating openstack_blockstorage_volume_v3: Expected HTTP response code [202] when accessing [POST http://api/volumes], but got 413 instead\n" +
        `{"overLimit":{"code":413,"message":"VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 1G, quota is 0G and 0G has been consumed.","retryAfter":"0"}}`,
    ),
    /quota of the project is reached: .*Requested 1G, quota is 0G/,
    /^Raise the quota/,
  ],
  [
    "Nova's quota (403)",
    SERVER,
    twice(
      `Error creating OpenStack server: Request forbidden: [POST http://api/servers], error message: {"forbidden":{"code":403,"message":"Quota exceeded for instances: Requested 1, but already used 10 of 10 instances"}}`,
    ),
    /^a quota of the project is reached: Quota exceeded for instances: Requested 1/,
    /^Raise the quota/,
  ],
  [
    "Neutron's quota (409)",
    PORT,
    neutron(CONFLICT, "OverQuota", "Quota exceeded for resources: ['port']."),
    /^a quota of the project is reached: .*\['port'\]/,
    /^Raise the quota/,
  ],
  [
    "an address in use (409)",
    PORT,
    neutron(CONFLICT, "IpAddressAlreadyAllocated", "IP address 10.20.0.139 already allocated in subnet 7679a17d"),
    /^the address 10\.20\.0\.139 is in use by another port$/,
    /openstack port list --fixed-ip ip-address=10\.20\.0\.139/,
  ],
  [
    "a MAC in use (409)",
    PORT,
    neutron(
      CONFLICT,
      "MacAddressInUse",
      "Unable to complete operation for network ab3c. The mac address 00:50:56:0b:00:ab is in use.",
    ),
    /^the MAC address 00:50:56:0b:00:ab is in use/,
    /openstack port list --mac-address 00:50:56:0b:00:ab/,
  ],
  [
    "a fixed address forbidden to a member (403)",
    PORT,
    neutron(
      FORBIDDEN,
      "PolicyNotAuthorized",
      "(rule:create_port and (rule:create_port:fixed_ips and (rule:create_port:fixed_ips:ip_address))) is disallowed by policy",
    ),
    /^these credentials may not choose an address on this network$/,
    /administrator's entry of clouds\.yaml/,
  ],
  [
    "a MAC forbidden to a member (403)",
    PORT,
    neutron(
      FORBIDDEN,
      "PolicyNotAuthorized",
      "(rule:create_port and rule:create_port:mac_address) is disallowed by policy",
    ),
    /^these credentials may not choose a MAC address on this network$/,
    /administrator's entry/,
  ],
  [
    "a volume that went to error",
    VOLUME,
    twice(
      "Error waiting for openstack_blockstorage_volume_v3 be1acf06-3ac2-4bf4-9d51-e30c8dcce89a to become ready: The volume is in error status. Please check with your cloud admin or check the Block Storage API logs to see why this error occurred.",
    ),
    /^Cinder could not make the volume \(status error\)$/,
    /openstack volume message list/,
  ],
  [
    "a server that went to ERROR",
    SERVER,
    twice(
      "Error waiting for instance (b13a9760-cab1-41a5-aed8-cea7ed24e852) to become ready: unexpected state 'ERROR', wanted target 'ACTIVE'. last error: %!s(<nil>)",
    ),
    /^Nova could not build the server \(status ERROR\)$/,
    /next up makes the server again/,
  ],
  [
    "a server that takes too long",
    SERVER,
    twice(
      "Error waiting for instance (b13a9760) to become ready: timeout while waiting for state to become 'ACTIVE' (last state: 'BUILD', timeout: 30m0s)",
    ),
    /^not ACTIVE in time \(still BUILD after 30m0s\)$/,
    /next up goes on/,
  ],
  [
    "an API that is ill (500)",
    PORT,
    twice("Error creating openstack_networking_port_v2: Internal Server Error"),
    /Internal Server Error/,
    /on the cloud's side: run again/,
  ],
  [
    "a plugin that was killed, of what was under way in it",
    SERVER,
    ["error reading from server: EOF"],
    /^Pulumi's plugin was ended from outside/,
    /memory is free; the next up goes on/,
  ],
  [
    "a plugin that was killed, of what came after",
    PORT,
    [
      'connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:35375: connect: connection refused"',
    ],
    /^Pulumi's plugin was ended from outside/,
    /memory is free; the next up goes on/,
  ],
  [
    "a plugin that was killed, of itself",
    "",
    [
      "Detected that /home/x/plugins/resource-openstack-v3.15.2/pulumi-resource-openstack exited prematurely.\n" +
        "       This is *always* a bug in the provider. Please report the issue to the provider author as appropriate.\n" +
        "       To assist with debugging we have dumped the STDOUT and STDERR streams of the plugin:\n",
    ],
    /^Pulumi's plugin pulumi-resource-openstack was ended from outside/,
    /memory is free; the next up goes on/,
  ],
  [
    "a full pool",
    IMPORT,
    stage(
      "import",
      1,
      "web-disk-2000: copying 3 slices of 1024 MiB into volume-1",
      "web-disk-2000: 10 %",
      "error: web-disk-2000: bytes 0 to 1073741823 cannot be copied: qemu-img convert said error while writing at byte 0: No space left on device",
    ),
    /^the pool is full/,
    /raise its quota/,
  ],
  [
    "an unreadable place of the source",
    IMPORT,
    stage(
      "import",
      1,
      "error: web-disk-2000: bytes 0 to 9 cannot be copied: qemu-img convert said error while reading at byte 0: Input/output error",
    ),
    /^bytes 0 to 9 cannot be copied: .*Input\/output error$/,
    /datastore cannot be read there/,
  ],
  [
    "a source that may not be read",
    IMPORT,
    stage(
      "import",
      1,
      `error: web-disk-2000: the raw file "web.raw" cannot be opened: qemu-img info said Could not open '/ds/web.raw': Permission denied`,
    ),
    /^the raw file "web\.raw" cannot be opened: .*Permission denied$/,
    /conversion host's user read the file/,
  ],
  [
    "a refusal of ours, with its own advice",
    IMPORT,
    stage(
      "import",
      2,
      `error: web-disk-2000: the disk in "web.raw" has 8388608 bytes, the estate says 16777216. Was it grown, or is it another disk? Read the estate again and plan again.`,
    ),
    /^the disk in "web\.raw" has 8388608 bytes, the estate says 16777216\.$/,
    /^Was it grown, or is it another disk\? Read the estate again and plan again\.$/,
  ],
  [
    "a guest that hangs, with the end of its console",
    READY,
    stage(
      "ready",
      1,
      "error: web: not ready after 100 s (server a2996173 is ACTIVE): ping 10.20.0.67 (no answer). The last lines of its console:",
      "  | Gave up waiting for root file system device.",
      "  | (initramfs)",
      "See what it waits for; security groups and the conversion host's way to the address matter as well. The next run asks again.",
    ),
    /^not ready after 100 s .*\(no answer\)\. Its console ends with: \(initramfs\)$/,
    /^See what it waits for; .* The next run asks again\.$/,
  ],
];

describe("causes and remedies", () => {
  for (const [what, urn, messages, cause, remedy] of cases)
    it(`knows ${what}`, () => {
      const found = causeOf(resourceName(urn), messages);
      assert.match(found.cause, cause);
      assert.match(found.remedy, remedy);
    });

  it("loses no unknown message: its last line is shown, shortened", () => {
    const found = causeOf(resourceName(SERVER), ["something\nnobody has seen before\n"]);
    assert.equal(found.cause, "nobody has seen before");
    assert.match(found.remedy, /See the error above/);
    assert.ok(causeOf(resourceName(SERVER), ["x".repeat(5000)]).cause.length <= 300);
    assert.equal(causeOf(resourceName(SERVER), []).cause, "no reason was given");
  });

  it("does not let a job and its output drown the cause", () => {
    const output = Array.from({ length: 2000 }, (_, at) => `web-disk-2000: ${at} %`);
    const found = causeOf(
      resourceName(IMPORT),
      stage("import", 1, ...output, "error: web-disk-2000: it broke. Mend it."),
    );
    assert.deepEqual(found, { cause: "it broke.", remedy: "Mend it." });
  });

  it("tells a policy's sentence without the policy's description", () => {
    const found = causeOfViolation("web", "Only some types.\nVM web: volume type gold is not allowed. Choose ceph.\n");
    assert.deepEqual(found, { cause: "a policy forbids it: volume type gold is not allowed.", remedy: "Choose ceph." });
  });
});
