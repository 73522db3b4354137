import { compareVersions, parseVersion } from "./version.ts";
import { ToolchainError } from "./tool-error.ts";

/** The oldest Node.js that works: `engines` of package.json (require() of ES modules, which the SDK's host uses). */
export const minimumNodeVersion = "20.18.0";

/** Throws ToolchainError where Node.js is too old. */
export function checkNode(version: string): void {
  const [have, need] = [parseVersion(version), parseVersion(minimumNodeVersion)];
  if (have === null || need === null || compareVersions(have, need) < 0) {
    throw new ToolchainError(
      `Node.js ${version} is too old: ${minimumNodeVersion} or later is needed. ` +
        `Install Node.js 20 or 22 (https://nodejs.org, nvm, or your distribution's package nodejs).`,
    );
  }
}
