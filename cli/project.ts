import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder: where Pulumi.yaml is, and where relative paths of the configuration start. */
export const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
