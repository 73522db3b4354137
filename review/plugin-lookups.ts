import { mortal } from "../cli/mortal.ts";
import { type Lookups, openLookups } from "../inventory/vsphere/lookups.ts";
import { serverOf, type VsphereSettings } from "../inventory/vsphere/settings.ts";
import { VsphereError } from "../inventory/vsphere/vsphere-error.ts";
import { findVspherePlugin } from "../toolchain/vsphere-plugin.ts";

/** Milliseconds for the plugin's start, its login and each look-up. */
const limitMs = 10_000;

/** Look-ups by the plugin of this machine. @throws {VsphereError} where there is none, or it does not answer. */
export async function pluginLookups(settings: VsphereSettings): Promise<Lookups> {
  const server = serverOf(settings.url);
  // The provider knows no fingerprints: with one it would have to trust anybody.
  if (settings.thumbprint !== null)
    throw new VsphereError(server, "the vsphere plugin cannot check a thumbprint: give a caFile, or no plugin", null);
  const program = await findVspherePlugin();
  if (program === null)
    throw new VsphereError(server, "plugin: true, but there is no vsphere plugin (npm run toolchain -- vsphere)", null);
  return openLookups(mortal(program, []), settings, limitMs);
}
