import path from "node:path";
import { labPaths } from "../../lab/paths.ts";

/** Folders of test/ whose tests need neither toolchain nor lab. */
const ALONE = ["components", "cli", "review", "inventory", "planning", "cloud", "policy", "lab-unit", "guards"];

/** Whether a test file needs toolchain and lab. */
export const needsLab = (test: string): boolean => !ALONE.some((folder) => test.startsWith(`test/${folder}/`));

/**
 * Environment of a test file without a guard. Its stacks are in a backend of their own that stays: what a test could not
 * roll back, because the program was not whole, is rolled back when it next begins.
 */
export function testEnvironment(test: string, lab: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!needsLab(test)) return process.env;
  return { ...lab, WAVELIFT_TEST_BACKEND: path.join(labPaths(lab).home, "pulumi-guards") };
}
