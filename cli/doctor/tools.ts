import type { HostFacts } from "../../conversion/probe/facts.ts";
import { atLeast, fine, type Finding } from "./finding.ts";

/** A tool that the conversion program runs. */
interface Tool {
  readonly name: string;
  /** Lowest version that does, null where any does. */
  readonly needed: string | null;
  /** Why that version. */
  readonly because: string;
  readonly debian: string;
  readonly redHat: string;
  /** What alone uses it: it may be absent elsewhere. */
  readonly onlyFor?: string;
}

const QEMU = {
  needed: "6.1",
  // qemu's ChangeLog/6.1: "rbd: block status". Without it all of an empty volume is read back.
  because: "QEMU tells since 6.1 which parts of an RBD image are empty",
  debian: "qemu-utils",
  redHat: "qemu-img",
} as const;
const CEPH = {
  needed: "16",
  // Release notes of Ceph Pacific: `ceph osd blacklist ...` became `ceph osd blocklist ...`.
  because: "`ceph osd blocklist` came with Ceph 16 (Pacific)",
  debian: "ceph-common",
  redHat: "ceph-common (from the Ceph storage repository)",
} as const;

const tools: readonly Tool[] = [
  { name: "qemu-img", ...QEMU },
  { name: "qemu-nbd", ...QEMU },
  { name: "rbd", ...CEPH },
  { name: "ceph", ...CEPH },
  { name: "rados", ...CEPH },
  { name: "setpriv", needed: null, because: "", debian: "util-linux", redHat: "util-linux" },
  { name: "prlimit", needed: null, because: "", debian: "util-linux", redHat: "util-linux" },
  {
    ...{ name: "nbdkit", needed: null, because: "", debian: "nbdkit", redHat: "nbdkit nbdkit-ssh-plugin" },
    onlyFor: "sources that are read over ssh (its ssh plugin) or by VMware's library (its vddk plugin)",
  },
];

/** The tools of a conversion host: there, and new enough. */
export function judgeTools(where: string, facts: HostFacts): Finding[] {
  if (facts.setpriv !== null)
    return [
      {
        ...{ where, check: "setpriv --pdeathsig", state: "fault", found: facts.setpriv },
        expected: "runs: it ends every tool with the program (the other tools cannot be asked without it)",
        remedy: "Install util-linux 2.33 or later (Debian and RHEL: util-linux).",
      },
    ];
  return tools.map((tool) => judgeTool(where, tool, facts.tools[tool.name]));
}

function judgeTool(where: string, tool: Tool, facts: HostFacts["tools"][string] | undefined): Finding {
  const { name, needed, because, debian, redHat } = tool;
  const expected = needed === null ? "there" : `${needed} or later: ${because}`;
  const install = `Debian: apt install ${debian}; RHEL: dnf install ${redHat}`;
  const found = facts?.found !== true ? "not there" : (facts.version ?? "a version that it does not tell");
  if (tool.onlyFor !== undefined && facts?.found !== true)
    return {
      ...{ where, check: name, state: "note", found },
      ...{ expected: `there for ${tool.onlyFor}`, remedy: `Install it for them. ${install}.` },
    };
  if (facts?.found !== true)
    return { where, check: name, state: "fault", found, expected, remedy: `Install it. ${install}.` };
  if (needed === null || (facts.version !== null && atLeast(facts.version, needed)))
    return fine(where, name, found, expected);
  return { where, check: name, state: "fault", found, expected, remedy: `Install a newer one. ${install}.` };
}
