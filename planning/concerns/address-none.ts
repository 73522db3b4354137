import { perVm, type Rule, type WaveView } from "./rule.ts";

export const addressNone: Rule = {
  id: "address.none",
  category: "Warning",
  label: "NIC has no address",
  why: "Port security lets nothing through that does not come from an address of the port.",
  check: (view) =>
    perVm(view, ({ key, choice, decisions }) =>
      choice.nics
        .filter(({ planned, facts }) => planned?.fixedIps.length === 0 && !saidSo(decisions.nics, facts.deviceKey))
        // The source of a migrated VM is off and tells none: what counts is what the port has.
        .filter(({ facts: { deviceKey } }) => !hasAddress(view, key, deviceKey))
        .map(
          ({ facts }) =>
            `the source tells no address of NIC ${facts.deviceKey}: its port gets any address of the pool, and port security ` +
            `stops others. Name its addresses in the plan (nics: {"${facts.deviceKey}": {addresses: [...]}}; an empty list where any will do)`,
        ),
    ),
};

function hasAddress({ file }: WaveView, key: string, deviceKey: number): boolean {
  const nic = file.vms.find((vm) => vm.key === key)?.nics.find((one) => one.deviceKey === deviceKey);
  return nic !== undefined && nic.fixedIps.length > 0;
}

function saidSo(nics: Readonly<Record<string, { addresses?: unknown }>> | undefined, deviceKey: number): boolean {
  return nics?.[String(deviceKey)]?.addresses !== undefined;
}
