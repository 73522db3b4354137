import type { z } from "zod";
import { SourceFacts } from "../../schema/source.ts";
import { type Cell, cellFlag, cellMiBAsBytes, cellText, cellWhole } from "./cell.ts";
import type { Field } from "./fields.ts";
import { cellOf, type Row, type Table } from "./table.ts";
import type { TabName } from "./tabs.ts";

type Tables = Readonly<Record<TabName, readonly Table[]>>;
type Facts = z.input<typeof SourceFacts>;

/** What the export says of the hosts, clusters, datastores and networks of each of its vCenters. */
export function readSourceFacts(tables: Tables, servers: readonly string[]): SourceFacts[] {
  return servers.map((server) => {
    const rowsOf = <T extends object>(tab: TabName, read: (cell: (field: Field) => Cell) => T | null): T[] =>
      tables[tab].flatMap((table) =>
        table.rows
          .filter((row) => servers.length === 1 || serverOf(table, row) === server)
          .flatMap((row) => read((field) => cellOf(table, row, field)) ?? []),
      );
    const facts: Facts = {
      ...{ version: 1, server, kind: "rvtools" },
      product: productOf(tables, server, servers.length === 1),
      hosts: unique(rowsOf("vHost", hostOf)),
      clusters: unique(rowsOf("vCluster", clusterOf)),
      datastores: unique(rowsOf("vDatastore", datastoreOf)),
      networks: unique([...rowsOf("dvPort", networkOf("distributed")), ...rowsOf("vPort", networkOf("standard"))]),
    };
    return SourceFacts.parse(facts);
  });
}

type Read = (field: Field) => Cell;

function hostOf(cell: Read) {
  const name = cellText(cell("host"));
  if (name === null) return null;
  return {
    ...{ name, cluster: cellText(cell("cluster")), product: cellText(cell("esxVersion")) },
    ...{ cpuCores: cellWhole(cell("cores")) || null, memoryMiB: cellWhole(cell("memory")) || null },
    ...{ connectionState: cellText(cell("connectionState")), maintenance: cellFlag(cell("maintenance")) },
  };
}

function clusterOf(cell: Read) {
  const name = cellText(cell("name"));
  if (name === null) return null;
  const [drs, dpm, highAvailability] = [cellFlag(cell("drs")), cellFlag(cell("dpm")), cellFlag(cell("ha"))];
  return { name, datacenter: cellText(cell("datacenter")), drs, dpm, highAvailability };
}

function datastoreOf(cell: Read) {
  const name = cellText(cell("name"));
  if (name === null) return null;
  const [capacityBytes, freeBytes] = [cellMiBAsBytes(cell("capacity")), cellMiBAsBytes(cell("free"))];
  const [accessible, maintenance] = [cellFlag(cell("accessible")), cellFlag(cell("maintenance"))];
  return {
    name,
    datacenter: cellText(cell("datacenter")),
    type: cellText(cell("type")),
    capacityBytes,
    freeBytes,
    accessible,
    maintenance,
  };
}

/** A port group of a standard switch is in vPort once a host. */
function networkOf(kind: "standard" | "distributed") {
  return (cell: Read) => {
    const name = cellText(cell("port"));
    return name === null ? null : { name, kind, vlan: cellText(cell("vlan")), switch: cellText(cell("switch")) };
  };
}

function productOf({ vSource, vInfo }: Tables, server: string, isOnly: boolean): string | null {
  const products = (
    [
      [vSource, "fullName"],
      [vInfo, "serverType"],
    ] as const
  ).flatMap(([tables, field]) =>
    tables.flatMap((table) => {
      const row = table.rows.find((one) => isOnly || serverOf(table, one) === server);
      return row === undefined ? [] : (cellText(cellOf(table, row, field)) ?? []);
    }),
  );
  return products[0] ?? null;
}

function serverOf(table: Table, row: Row): string | null {
  const ofSource = table.tab === "vSource" ? cellText(cellOf(table, row, "name")) : null;
  return (cellText(cellOf(table, row, "server")) ?? ofSource)?.toLowerCase() ?? null;
}

/** The first of each name. */
function unique<T extends { readonly name: string }>(list: readonly T[]): T[] {
  return [...new Map([...list].reverse().map((one) => [one.name, one])).values()].reverse();
}
