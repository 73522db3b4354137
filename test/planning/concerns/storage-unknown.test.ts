import { storagePool } from "../fixtures.ts";
import { begunWeb, finds, one, silent, testRule } from "./cases.ts";

const member = { isAdmin: false, storagePools: null };
const seen = { pool: "volumes", place: "fsid volumes", storedBytes: 0, freeBytes: 2 ** 50 };

testRule("storage.unknown", [
  finds("what Cinder does not show to a member", one({}, {}, member), [
    null,
    "Information",
    /target lab, volume type ceph: the wave writes up to 10 GiB, .* \(Cinder does not show its pools to this user\)\. Ask/,
  ]),
  finds(
    "what the conversion host cannot see either",
    { ...one({}, {}, member), storage: { lab: { fault: "no keyring" } } },
    [null, "Information", /nor does the conversion host: no keyring/],
  ),
  finds("a driver that tells no sizes", one({}, {}, { storagePools: [storagePool("a", { freeGiB: null })] }), [
    null,
    "Information",
    /does not tell sizes/,
  ]),
  finds("a scheduler that knows no pool", one({}, {}, { storagePools: [] }), [
    null,
    "Information",
    /is its volume service up/,
  ]),
  silent("what the conversion host sees", { ...one({}, {}, member), storage: { lab: seen } }),
  silent("a wave that is written", one({}, {}, { ...member, ...begunWeb })),
]);
