import type { Plan } from "../inventory/schema/plan.ts";
import type { PlannedNic, PlannedVm } from "../inventory/schema/wave.ts";
import { own } from "../inventory/own.ts";
import { withOverrides } from "./image-properties.ts";
import { fillTemplate } from "./names.ts";
import { wantedGroups } from "./nic.ts";
import type { PlanInput } from "./plan-wave.ts";
import { flavorEntry, saidOnly } from "./planned-vm.ts";
import type { KnownSubject } from "./subject.ts";

/** The entry as it was, with what the plan names of it: nothing is taken from the source's facts or the cloud's offer. */
export function heldVm(
  previous: PlannedVm,
  subject: KnownSubject,
  { plan, wave }: Pick<PlanInput, "plan" | "wave">,
  hasServer: boolean,
): PlannedVm {
  const { decisions } = subject;
  const { key, sourceName, serverGroup } = previous;
  return {
    ...previous,
    ...saidOnly(decisions),
    ...(decisions.name === undefined
      ? {}
      : { name: fillTemplate(decisions.name, { name: sourceName, key, wave }, key) }),
    ...heldBoot(previous, decisions.boot),
    flavor: heldFlavor(previous, subject),
    ...heldProperties(previous, decisions.imageProperties ?? {}),
    // Nova takes the group when a server is made, and never later.
    serverGroup: hasServer ? serverGroup : (decisions.serverGroup ?? null),
    nics: previous.nics.map((nic) => heldNic(nic, subject, plan)),
  };
}

function heldBoot({ boot, bootReason }: PlannedVm, said: boolean | undefined): Pick<PlannedVm, "boot" | "bootReason"> {
  if (said === undefined || said === boot) return { boot, bootReason };
  return { boot: said, bootReason: `boot: ${said} in the plan` };
}

/** A flavor made anew under the same name is no other flavor. */
function heldFlavor({ flavor }: PlannedVm, { decisions, choice }: KnownSubject): PlannedVm["flavor"] {
  if (decisions.flavor === undefined || !choice.flavor.ok || choice.flavor.value.name === flavor.name) return flavor;
  return flavorEntry(choice.flavor.value, choice.flavor.reason);
}

function heldProperties(
  { imageProperties, imagePropertiesReason }: PlannedVm,
  said: Readonly<Record<string, string>>,
): Pick<PlannedVm, "imageProperties" | "imagePropertiesReason"> {
  const properties = withOverrides(imageProperties, said);
  const same = JSON.stringify(properties) === JSON.stringify(withOverrides(imageProperties, {}));
  const reason = same ? imagePropertiesReason : `${imagePropertiesReason}; later imageProperties of the plan`;
  return { imageProperties: properties, imagePropertiesReason: reason };
}

function heldNic(nic: PlannedNic, { decisions, choice, offer }: KnownSubject, plan: Plan): PlannedNic {
  const now = choice.nics.find(({ facts }) => facts.deviceKey === nic.deviceKey)?.planned ?? null;
  const named = own(decisions.nics, String(nic.deviceKey))?.addresses !== undefined;
  const readdressed = named && now?.networkId === nic.networkId ? { fixedIps: now.fixedIps, reason: now.reason } : {};
  const network = offer.networks.find(({ id }) => id === nic.networkId);
  const secured = nic.securityGroups.length > 0 || network?.portSecurityEnabled === true;
  const securityGroups = secured ? wantedGroups(nic.deviceKey, plan, decisions) : nic.securityGroups;
  return { ...nic, ...readdressed, securityGroups };
}
