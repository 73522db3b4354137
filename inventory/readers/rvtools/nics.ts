import { z } from "zod";
import type { EstateDevice, EstateNic } from "../../schema/estate.ts";
import { MacAddress } from "../../schema/names.ts";
import { cellFlag, cellText } from "./cell.ts";
import type { RowFault } from "./disks.ts";
import type { Attached } from "./join.ts";
import { cellOf } from "./table.ts";

/** The NICs of a VM; those that cannot be used are faults, and the list is then not whole. */
export interface ReadNics {
  readonly nics: readonly z.input<typeof EstateNic>[];
  readonly faults: readonly RowFault[];
  /** NICs that are a virtual function of a host's card. */
  readonly sriov: readonly EstateDevice[];
}

const Address = z.union([z.ipv4(), z.ipv6()]);

/** Reads the rows of vNetwork of one VM. RVTools tells neither prefix length nor gateway. */
export function readNics(rows: readonly Attached[]): ReadNics {
  const nics = new Map<number, z.input<typeof EstateNic>>();
  const faults: RowFault[] = [];
  const sriov: EstateDevice[] = [];
  for (const [order, { table, row }] of rows.entries()) {
    const text = (field: Parameters<typeof cellOf>[2]): string | null => cellText(cellOf(table, row, field));
    const label = text("nicLabel") ?? `Network adapter ${order + 1}`;
    const number = /(\d{1,3})$/.exec(label)?.[1];
    const deviceKey = number === undefined ? freeKey(nics) : 3999 + Number(number);
    const mac = MacAddress.nullable().safeParse(text("mac"));
    const fault = (path: string, value: string | null, expected: string): void => {
      faults.push({ path: `${label}: ${path}`, value, expected, line: row.line, file: table.file });
    };
    if (!mac.success) {
      fault("Mac Address", text("mac"), "six pairs of hexadecimal digits");
      continue;
    }
    const there = nics.get(deviceKey);
    if (there !== undefined) {
      if (there.macAddress !== mac.data) fault("NIC label", label, "a label that no other NIC of the VM has");
      continue;
    }
    const adapter = text("adapter");
    const connected = cellFlag(cellOf(table, row, "connected"));
    const startConnected = cellFlag(cellOf(table, row, "startsConnected"));
    if (/sriov|sr-iov/i.test(adapter ?? "")) sriov.push({ kind: "sriov", label, connected });
    nics.set(deviceKey, {
      deviceKey,
      label,
      macAddress: mac.data,
      network: text("network") ?? "(not told)",
      adapter: adapter === null ? null : adapter.toLowerCase().replace(/^virtual/, ""),
      connected: connected ?? startConnected ?? true,
      startConnected: startConnected ?? connected ?? true,
      addresses: [...addresses(text("ipv4")), ...addresses(text("ipv6"))],
    });
  }
  return { nics: [...nics.values()], faults, sriov };
}

function freeKey(nics: ReadonlyMap<number, unknown>): number {
  let key = 4000;
  while (nics.has(key)) key += 1;
  return key;
}

/** "10.0.0.1, fe80::1": several are in one cell. */
function addresses(text: string | null): { address: string; prefixLength: null }[] {
  const found = (text ?? "").split(/[\s,;|]+/).map((one) => one.replace(/%.*$/, ""));
  return [...new Set(found)]
    .filter((one) => Address.safeParse(one).success)
    .map((address) => ({ address, prefixLength: null }));
}
