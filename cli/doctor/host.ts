import type { FolderFacts, HostFacts } from "../../conversion/probe/facts.ts";
import type { Look } from "../../conversion/probe/launch.ts";
import { NODE_NEEDED } from "../../conversion/runner/ssh-fault.ts";
import { atLeast, fine, type Finding } from "./finding.ts";
import { judgePool } from "./pools.ts";
import { judgeTools } from "./tools.ts";

const MIB = 1024 * 1024;
/** The bundle and its successor; sockets and locks. */
const SPACE_NEEDED_BYTES = 64 * MIB;
/** A client of Ceph holds a connection or two to every OSD that it meets. */
const FILES_NEEDED = 1024;
const FILES_WANTED = 4096;
/** Tickets of cephx and tokens are good for an hour and more; logs of two hosts are read side by side. */
const CLOCK_WARNING_MS = 30_000;
const CLOCK_FAULT_MS = 300_000;

/** Judges what the conversion program found on its host. Pure. @param where name of the host for people */
export function judgeHost(where: string, look: Look): Finding[] {
  const { facts } = look;
  return [
    judgeNode(where, facts.node),
    ...judgeTools(where, facts),
    ...Object.entries(facts.datastores).map(([name, datastore]) => judgeDatastore(where, name, datastore)),
    ...Object.entries(facts.pools).flatMap(([target, pool]) => judgePool(where, target, pool)),
    judgeFolder(where, "folder of the conversion program", facts.bundleFolder, "the runner's `folder` in runners.yaml"),
    judgeFolder(where, "folder of locks and sockets", facts.runFolder, "WAVELIFT_RUN_DIR"),
    judgeOpenFiles(where, facts.openFiles),
    ...judgeClocks(where, look),
  ];
}

/** node, here or there. */
export function judgeNode(where: string, version: string): Finding {
  const expected = `${NODE_NEEDED} or later`;
  if (atLeast(version, NODE_NEEDED)) return fine(where, "node", version, expected);
  const remedy = "Install a newer one (https://nodejs.org), or name one as `node` of the runner in runners.yaml.";
  return { where, check: "node", state: "fault", found: version, expected, remedy };
}

function judgeDatastore(where: string, name: string, facts: HostFacts["datastores"][string]): Finding {
  const check = `datastore ${name}`;
  const expected = `${facts.path} can be read`;
  if (facts.fault === null)
    return facts.writable
      ? {
          where,
          check,
          state: "note",
          found: "can be read and written",
          expected: `${expected}; read-only is enough`,
          remedy: "",
        }
      : fine(where, check, "can be read", expected);
  const remedy =
    "Mount it there (read-only is enough), let the login read it, or mend its path under `datastores` in runners.yaml. No answer in 10 s: the server of the mount is gone.";
  return { where, check, state: "fault", found: facts.fault, expected, remedy };
}

function judgeFolder(where: string, check: string, { path, freeBytes, fault }: FolderFacts, setting: string): Finding {
  const expected = `${SPACE_NEEDED_BYTES / MIB} MiB free`;
  if (freeBytes !== null && freeBytes >= SPACE_NEEDED_BYTES)
    return fine(where, check, `${path}: ${Math.floor(freeBytes / MIB)} MiB free`, expected);
  const found = fault ?? `${path}: ${Math.floor((freeBytes ?? 0) / MIB)} MiB free`;
  return { where, check, state: "fault", found, expected, remedy: `Make room, or choose another folder: ${setting}.` };
}

function judgeOpenFiles(where: string, limit: number | null): Finding {
  const check = "open files";
  const expected = `${FILES_WANTED} or more: a client of Ceph talks to every OSD`;
  const found = limit === null ? "unknown" : limit === Number.MAX_SAFE_INTEGER ? "unlimited" : String(limit);
  if (limit !== null && limit >= FILES_WANTED) return fine(where, check, found, expected);
  const state = limit !== null && limit < FILES_NEEDED ? "fault" : "warning";
  const remedy = "Raise the limit nofile of that login in /etc/security/limits.conf, or LimitNOFILE of its service.";
  return { where, check, state, found, expected, remedy };
}

/** The host's clock against ours: known only up to the time that question and answer took; and against the monitors'. */
function judgeClocks(where: string, { facts, askedMs, answeredMs }: Look): Finding[] {
  const apart = Math.max(0, facts.clockMs - answeredMs, askedMs - facts.clockMs);
  const pools = Object.entries(facts.pools).flatMap(([target, { monitorsAheadMs }]) =>
    monitorsAheadMs === null
      ? []
      : [judgeClock(where, `clock against Ceph's monitors of ${target}`, Math.abs(monitorsAheadMs))],
  );
  return [judgeClock(where, "clock against this machine's", apart), ...pools];
}

function judgeClock(where: string, check: string, apartMs: number): Finding {
  const expected = `less than ${CLOCK_WARNING_MS / 1000} s apart`;
  const found = apartMs < 2000 ? "together" : `${Math.round(apartMs / 1000)} s apart`;
  if (apartMs < CLOCK_WARNING_MS) return fine(where, check, found, expected);
  const state = apartMs < CLOCK_FAULT_MS ? "warning" : "fault";
  const remedy =
    "Let both keep time by NTP (Debian and RHEL: chrony). Tokens, certificates and Ceph's tickets go by the clock.";
  return { where, check, state, found, expected, remedy };
}
