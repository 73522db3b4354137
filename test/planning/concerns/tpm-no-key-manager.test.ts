import { flavor } from "../fixtures.ts";
import { finds, one, silent, testRule } from "./cases.ts";

const on = { powerState: "poweredOn" };
const wanted = { imageProperties: { hw_tpm_version: "2.0", hw_tpm_model: "tpm-crb" } };
const special = { flavors: [flavor("tpm", 2, 4096, { extraSpecs: { "hw:tpm_version": "2.0" } })] };

testRule("tpm.no-key-manager", [
  finds("a vTPM of the plan in a cloud without Barbican", one(on, wanted), [
    "web01",
    "Critical",
    /a vTPM 2\.0 is asked for \(imageProperties hw_tpm_version\), and the catalog of target lab has no key-manager/,
  ]),
  finds("a vTPM of the flavor", one(on, { flavor: "tpm" }, special), [
    "web01",
    "Critical",
    /the flavor's hw:tpm_version/,
  ]),
  silent("a cloud with Barbican", one(on, wanted, { services: ["compute", "key-manager"] })),
  silent("a VM that gets no server", one({}, wanted)),
  silent("a vTPM of the source that nobody asks for", one({ ...on, tpm: true })),
]);
