#!/usr/bin/env node
// The command line: `wavelift plan|init|preview|up|destroy ...`. See cli/main.ts.
import path from "node:path";
import { fileURLToPath } from "node:url";

process.argv.splice(2, 0, "cli/main.ts");
await import(path.join(path.dirname(fileURLToPath(import.meta.url)), "setup.mjs"));
