import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** A label of a host name (RFC 1123), in any case. */
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

export const vmNameOdd: FactRule = {
  id: "vm.name-odd",
  category: "Information",
  label: "Name is none for a host",
  why: "Nova makes the host name that it offers the guest (metadata, DNS) from the server's name, and drops what fits none.",
  checkFacts: (view) =>
    perFacts(view, ({ name }) =>
      label.test(name)
        ? []
        : [
            `${shown(name)} is no host name (letters, digits and hyphens, at most 63): with cloud-init or Neutron's DNS ` +
              "the server has another one; set `name` in the plan where that matters",
          ],
    ),
};
