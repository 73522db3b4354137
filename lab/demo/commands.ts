import { spawn } from "node:child_process";
import { UserError } from "../../cli/failure.ts";
import { project } from "../../cli/project.ts";

/** Runs node with our terminal, in the project's folder. @throws {UserError} when it does not end with 0. */
async function run(title: string, args: readonly string[], shown: readonly string[]): Promise<void> {
  process.stdout.write(`$ ${[title, ...shown].join(" ")}\n`);
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: project, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", (status) => {
      resolve(status ?? 1);
    });
  });
  if (code !== 0) throw new UserError(`${title} ended with status ${code}: see above.`, code);
}

/** `wavelift ARGS`, as a user would type it. */
export const wavelift = (...args: string[]): Promise<void> => run("wavelift", ["bin/wavelift.mjs", ...args], args);

/** `npm run lab -- ARGS`. */
export const lab = (...args: string[]): Promise<void> =>
  run("npm run lab --", ["bin/setup.mjs", "lab/main.ts", ...args], args);
