/** Values of a .vmx file by key in lower case. */
export type VmxValues = ReadonlyMap<string, string>;

const LINE = /^\s*([^\s=#"][^=\r\n]*?)\s*=\s*"([^"\r\n]*)"\s*$/;

/**
 * Reads a .vmx file: lines `key = "value"`, keys in any case, in which `|22` stands for the character 0x22 (VMware writes
 * quotes, newlines and pipes so). Lines of another form are left out, as VMware does.
 */
export function parseVmx(text: string): VmxValues {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = LINE.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key.toLowerCase(), unescape(value));
  }
  return values;
}

/** The character set that a file names in `.encoding`; UTF-8 without one. Only the names that VMware writes. */
export function vmxEncoding(head: string): string {
  const name = /^\s*\.encoding\s*=\s*"([\w.-]+)"/im.exec(head)?.[1] ?? "UTF-8";
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return "utf-8";
  }
}

const unescape = (value: string): string =>
  value.replace(/\|([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** TRUE or FALSE in any case; null when the key is missing or says something else. */
export function flag(values: VmxValues, key: string): boolean | null {
  const value = values.get(key.toLowerCase())?.toLowerCase();
  return value === "true" ? true : value === "false" ? false : null;
}

/** A whole number; null when the key is missing or says something else. */
export function whole(values: VmxValues, key: string): number | null {
  const value = values.get(key.toLowerCase());
  return value !== undefined && /^\d{1,15}$/.test(value.trim()) ? Number(value) : null;
}

/** Devices that are present, `scsi0:1` for a pattern /^scsi(\d+):(\d+)$/, with the numbers in their names. */
export function presentDevices(values: VmxValues, name: RegExp): { device: string; numbers: number[] }[] {
  return [...values.keys()]
    .filter((key) => key.endsWith(".present") && flag(values, key) === true)
    .flatMap((key) => {
      const device = key.slice(0, -".present".length);
      const match = name.exec(device);
      return match === null ? [] : [{ device, numbers: match.slice(1).map(Number) }];
    })
    .sort((a, b) => compareNumbers(a.numbers, b.numbers));
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((number, position) => number !== b[position]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
