/** The sources that `wavelift inventory` reads, by their names on the command line. */
export const sourceKinds = ["hyperv", "libvirt", "manual", "ova", "rvtools", "vcenter", "vmx"] as const;
