/** Where a disk is attached. */
export interface ControllerPlace {
  readonly bus: "scsi" | "sata" | "ide" | "nvme";
  readonly busNumber: number;
  readonly unit: number;
  /** null when the export does not tell. */
  readonly model: string | null;
}

/** First device key of the disks of a bus, and units of one controller: how vSphere numbers disks. */
const numbering = {
  scsi: { first: 2000, units: 16 },
  ide: { first: 3000, units: 2 },
  sata: { first: 16_000, units: 30 },
  nvme: { first: 31_000, units: 15 },
} as const;
const buses = ["scsi", "ide", "sata", "nvme"] as const;
/** No VM has more controllers of one bus. */
const MOST_CONTROLLERS = 4;

/** The device key that vSphere gives a disk in this place. */
export function derivedKey({ bus, busNumber, unit }: ControllerPlace): number {
  const { first, units } = numbering[bus];
  return first + busNumber * units + unit;
}

/**
 * Place of a disk: by the text of the columns Controller and Label (generations differ in which of them is "SCSI controller 0"
 * and which the model), else by its device key; null when neither tells.
 */
export function placeOfController(
  texts: readonly (string | null)[],
  key: number | null,
  unit: number | null,
): ControllerPlace | null {
  const all = texts.map((text) => text ?? "").join(" | ");
  const byKey = placeOfKey(key);
  const [, name, number] = /\b(scsi|sata|ahci|ide|nvme)\b(?: (?:controller|adapter))? (\d{1,3})\b/i.exec(all) ?? [];
  const plain = name?.toLowerCase() === "ahci" ? "sata" : name?.toLowerCase();
  const bus = buses.find((one) => one === plain);
  const model = modelOf(all);
  if (bus === undefined) return byKey === null ? null : { ...byKey, unit: unit ?? byKey.unit, model };
  const busNumber = Number(number);
  const sure = unit ?? (byKey?.bus === bus && byKey.busNumber === busNumber ? byKey.unit : null);
  return sure === null ? null : { bus, busNumber, unit: sure, model };
}

function placeOfKey(key: number | null): Omit<ControllerPlace, "model"> | null {
  for (const bus of buses) {
    const { first, units } = numbering[bus];
    const offset = (key ?? -1) - first;
    if (offset >= 0 && offset < units * MOST_CONTROLLERS)
      return { bus, busNumber: Math.floor(offset / units), unit: offset % units };
  }
  return null;
}

function modelOf(text: string): string | null {
  if (/para ?virtual|pvscsi/i.test(text)) return "pvscsi";
  if (/lsi ?logic ?sas/i.test(text)) return "lsilogicsas";
  if (/lsi ?logic/i.test(text)) return "lsilogic";
  if (/bus ?logic/i.test(text)) return "buslogic";
  return /ahci/i.test(text) ? "ahci" : null;
}
