import { diskArchive } from "./disk-archive.ts";
import { diskEncrypted } from "./disk-encrypted.ts";
import type { FactRule } from "./fact-rule.ts";
import { macUnknown } from "./mac-unknown.ts";

/** Every rule that needs nothing but the source's facts, one a file. */
export const factRules: readonly FactRule[] = [diskArchive, diskEncrypted, macUnknown];
