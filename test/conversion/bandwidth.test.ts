import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { activeCopies, sharedRate } from "../../conversion/limits/active-copies.ts";
import { rateLimit } from "../../conversion/limits/bandwidth.ts";
import { BandwidthSettings } from "../../conversion/limits/bandwidth-settings.ts";
import { limitAt } from "../../conversion/limits/schedule.ts";
import { identify } from "../../conversion/process-identity.ts";

const MIB = 2 ** 20;
const office = BandwidthSettings.parse({
  mibPerSecond: 400,
  hours: [
    { days: "mon-fri", from: "08:00", to: "18:00", mibPerSecond: 50 },
    { days: "fri,sat", from: "22:00", to: "02:00", mibPerSecond: "unlimited" },
  ],
  timeZone: "Europe/Berlin",
});

describe("bandwidth", () => {
  it("has office hours, in the zone of whoever wrote them", () => {
    const cases: [string, number | null][] = [
      // 2026-11-27 is a Friday; Berlin is one hour ahead of UTC in winter, two in summer.
      ["2026-11-27T06:59:59Z", 400],
      ["2026-11-27T07:00:00Z", 50],
      ["2026-11-27T16:59:59Z", 50],
      ["2026-11-27T17:00:00Z", 400],
      ["2026-11-27T21:00:00Z", null],
      ["2026-11-28T00:59:59Z", null],
      ["2026-11-28T01:00:00Z", 400],
      ["2026-11-28T12:00:00Z", 400],
      ["2026-11-29T00:30:00Z", null],
      ["2026-11-29T22:00:00Z", 400],
      ["2026-07-01T06:00:00Z", 50],
      ["2026-07-01T05:59:00Z", 400],
    ];
    for (const [at, mib] of cases) assert.equal(limitAt(office, Date.parse(at)), mib === null ? null : mib * MIB, at);
  });
  it("is unlimited where nothing is said, and all day from 00:00 to 24:00", () => {
    assert.equal(limitAt(BandwidthSettings.parse({}), 0), null);
    const sunday = BandwidthSettings.parse({
      hours: [{ days: "sat-mon", from: "00:00", to: "24:00", mibPerSecond: 7 }],
      timeZone: "UTC",
    });
    const found = ["27T23:59", "28T00:00", "29T12:00", "30T23:59", "31T00:00"].map((time) =>
      limitAt(sunday, Date.parse(`2026-${time.startsWith("31") ? "12" : "11"}-${time}:00Z`)),
    );
    assert.deepEqual(found, [null, 7 * MIB, 7 * MIB, 7 * MIB, null]);
  });
  it("says what is wrong with it", () => {
    const wrong = {
      mibPerSecond: 0,
      hours: [{ days: "mo-fr", from: "8:00", to: "25:00", mibPerSecond: 1 }],
      timeZone: "CEST!",
    };
    const { error } = BandwidthSettings.safeParse(wrong);
    const text = error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n") ?? "";
    for (const part of [
      /mibPerSecond/,
      /hours\.0\.days: days such as mon-fri/,
      /hours\.0\.from: a time of day/,
      /hours\.0\.to/,
      /timeZone: a time zone such as/,
    ])
      assert.match(text, part);
  });

  /** A clock on which only sleeping takes time. */
  const makeClock = () => {
    let nowMs = 1_000_000;
    return {
      now: () => nowMs,
      sleep: (ms: number) => {
        nowMs += ms;
        return Promise.resolve();
      },
    };
  };

  it("holds: never more than the rate, one second's worth and one read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 64 }).map((mib) => mib * MIB),
        fc.array(fc.integer({ min: 1, max: 8 * MIB }), { minLength: 1, maxLength: 40 }),
        async (perSecond, reads) => {
          const clock = makeClock();
          const startMs = clock.now();
          const limit = rateLimit(() => perSecond, clock);
          let taken = 0;
          for (const bytes of reads) {
            await limit.take(bytes);
            taken += bytes;
            const seconds = (clock.now() - startMs) / 1000;
            assert.ok(taken <= perSecond * (seconds + 1) + Math.max(...reads), `${taken} bytes in ${seconds} s`);
          }
          // And it is used: no more is waited than a read that comes after all of them needs.
          const seconds = (clock.now() - startMs) / 1000;
          assert.ok(seconds <= taken / perSecond + reads.length * 0.001, `${seconds} s for ${taken} bytes`);
        },
      ),
    );
  });
  it("changes in the middle of a read that waits", async () => {
    const clock = makeClock();
    const startMs = clock.now();
    const limit = rateLimit(() => (clock.now() - startMs < 60_000 ? 1024 : 100 * MIB), clock);
    await Promise.all([limit.take(4 * MIB), limit.take(4 * MIB), limit.take(4 * MIB)]);
    const seconds = (clock.now() - startMs) / 1000;
    assert.ok(seconds >= 60 && seconds < 63, `${seconds} s; at the old rate it were two hours`);
  });

  describe("of a conversion host", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "wavelift-rate-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("is shared by the copies that live there", async () => {
      const env = { WAVELIFT_RUN_DIR: folder };
      const clock = makeClock();
      const rate = sharedRate(BandwidthSettings.parse({ mibPerSecond: 8 }), env, clock);
      const secondsOf = async (bytes: number): Promise<number> => {
        const startMs = clock.now();
        await rate.take(bytes);
        await rate.take(1);
        return (clock.now() - startMs) / 1000;
      };
      const alone = await secondsOf(64 * MIB);
      const copies = join(folder, "limits", "copies");
      writeFileSync(join(copies, "1-1"), JSON.stringify(identify(process.ppid)));
      writeFileSync(join(copies, "2-2"), JSON.stringify({ ...identify(process.pid), startTicks: "1" }));
      assert.equal(activeCopies(copies), 2);
      assert.equal(readdirSync(copies).includes("2-2"), false, "the file of a dead copy stays");
      const shared = await secondsOf(64 * MIB);
      assert.ok(alone > 7 && alone < 9, `${alone} s alone`);
      assert.ok(shared > 14 && shared < 18, `${shared} s with another one`);
      rate.stop();
      assert.deepEqual(readdirSync(copies), ["1-1"]);
    });
  });
});
