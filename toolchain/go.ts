import { tmpdir } from "node:os";
import type { Go } from "./decide.ts";
import type { Run } from "./run.ts";
import { compareVersions, formatVersion, parseVersion } from "./version.ts";

/** The oldest Go that builds go/pulumi and go/command: the `go` line of their go.mod. */
export const minimumGoVersion = "1.26.0";

/** The first Go that fetches a newer one by itself when a go.mod asks for it. */
const selfUpdatingGoVersion = "1.21.0";

const advice = `install Go ${minimumGoVersion.replace(/\.0$/, "")} or later (https://go.dev/dl, unpack to /usr/local/go) and put its bin folder on PATH`;

/**
 * What every go command runs with: only checksums of go.sum count and go.mod stays as it is, no C compiler is needed,
 * nothing of the caller's own Go settings changes what is built.
 */
export const goEnvironment: Readonly<Record<string, string | undefined>> = {
  GOFLAGS: "-mod=readonly -buildvcs=false -trimpath",
  CGO_ENABLED: "0",
  GOWORK: "off",
  GOOS: undefined,
  GOARCH: undefined,
  GOEXPERIMENT: undefined,
};

/** Asks the Go on PATH for its version; says what to install where it does not do. */
export async function probeGo(run: Run): Promise<Go> {
  // Outside every module, so that the answer is about the installed Go.
  const answer = await run("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: tmpdir(), env: goEnvironment });
  if (answer.exitCode === 127) return { state: "unfit", reason: `go is not on PATH: ${advice}` };
  const [versionLine = "", toolchain = ""] = answer.stdout.split("\n");
  const version = parseVersion(versionLine);
  if (answer.exitCode !== 0 || version === null) {
    return { state: "unfit", reason: `go does not tell its version (${answer.stderr.trim()}): ${advice}` };
  }
  const newEnough = (minimum: string): boolean => {
    const need = parseVersion(minimum);
    return need !== null && compareVersions(version, need) >= 0;
  };
  const fetchesNewer = newEnough(selfUpdatingGoVersion) && /^(auto|path|go[\d.]+\+(auto|path))$/.test(toolchain);
  if (newEnough(minimumGoVersion) || fetchesNewer) return { state: "fits", version: formatVersion(version) };
  return { state: "unfit", reason: `Go ${formatVersion(version)} is too old: ${advice}` };
}
