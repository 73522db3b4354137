/** A version as numbers; `prerelease` is what follows the hyphen, empty for a release. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: string;
}

/**
 * Reads the first version in a text: "v3.250.0", "go1.26", "3.251.0-dev.0+abc".
 * Returns null where there is none (a CLI built without its version prints an empty line).
 */
export function parseVersion(text: string): Version | null {
  const found = /(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?/.exec(text);
  if (!found) return null;
  const [, major = "0", minor = "0", patch = "0", prerelease = ""] = found;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), prerelease };
}

/** Below zero where a is older than b, above zero where newer. A pre-release is older than its release; two are equal. */
export function compareVersions(a: Version, b: Version): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    Number(a.prerelease === "") - Number(b.prerelease === "")
  );
}

/** "3.250.0" or "3.251.0-dev". */
export function formatVersion(v: Version): string {
  return `${v.major}.${v.minor}.${v.patch}${v.prerelease === "" ? "" : `-${v.prerelease}`}`;
}

/** True where `text` holds a version that is `minimum` or newer within the same major one. */
export function isCompatible(text: string, minimum: string): boolean {
  const [have, need] = [parseVersion(text), parseVersion(minimum)];
  return have !== null && need !== null && have.major === need.major && compareVersions(have, need) >= 0;
}
