import { badInput } from "../../failure.ts";
import { quote } from "../locate.ts";
import type { Transport } from "../transport.ts";
import { inspectEsxiDisk } from "./esxi-disk.ts";
import { inspectLibvirtDisk } from "./libvirt-disk.ts";

/** The sshd of the host that has the disk: a host with libvirt, or the ESXi host of a VM that is off. */
export const sshTransport: Transport = {
  name: "ssh",
  // Faults of the settings are thrown as those of the disk are.
  async inspect(context, disk, source) {
    const server = source.origin?.server;
    if (server === undefined)
      throw badInput(
        `${disk}: the transport ssh needs the server that the VM is at, and the plan has none. Read the inventory from it, then plan again.`,
      );
    const login = Object.hasOwn(context.logins, server) ? context.logins[server] : undefined;
    if (login === undefined)
      throw badInput(
        `${disk}: sources.yaml has no ${quote(server)}, which holds the disk. Add it there (see sources.example.yaml): \`kind: libvirt\` with ` +
          "`host`, `folder` and `ssh`, or a vCenter or ESXi host with `ssh`.",
      );
    switch (login.kind) {
      case "libvirt":
        return inspectLibvirtDisk(context, disk, source, login);
      case "vsphere":
        return inspectEsxiDisk(context, disk, source, login);
    }
  },
};
