import { readdir } from "node:fs/promises";

/** Names in a folder that need not be there, sorted: those with this ending, or all. */
export async function namesIn(folder: string, ending = ""): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
