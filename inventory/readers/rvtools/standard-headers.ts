import { plainHeader } from "./fields.ts";

/** Headers of vInfo in all generations that we have seen (3.8 to 4.7): what is none of them is a custom attribute. */
const headers = [
  "VM|VM Name|Powerstate|Template|SRM Placeholder|Config status|DNS Name|Connection state|Guest state|Heartbeat",
  "Consolidation Needed|PowerOn|Suspended To Memory|Suspend time|Suspend Interval|Creation date|Change Version|CPUs|CPU",
  "Overall Cpu Readiness|Memory|Memory MiB|Active Memory|NICs|Disks|Total disk capacity MiB|Fixed Passthru HotPlug",
  "min Required EVC Mode Key|Latency Sensitivity|Op Notification Timeout|EnableUUID|disk.EnableUUID|CBT|Primary IP Address",
  "Network #1|Network #2|Network #3|Network #4|Network #5|Network #6|Network #7|Network #8|Num Monitors|Video Ram KiB",
  "Video Ram KB|Resource pool|Folder ID|Folder|vApp|DAS protection|FT State|FT Role|FT Latency|FT Bandwidth|FT Sec. Latency",
  "Vm Failover In Progress|Provisioned MiB|In Use MiB|Unshared MiB|HA Restart Priority|HA Isolation Response",
  "HA VM Monitoring|Cluster rule(s)|Cluster rule name(s)|Boot Required|Boot delay|Boot retry delay|Boot retry enabled",
  "Boot BIOS setup|Reboot PowerOff|EFI Secure boot|Firmware|HW version|Hardware version|HW upgrade status",
  "HW upgrade policy|HW target|Path|Log directory|Snapshot directory|Suspend directory|Annotation|Notes|Datacenter|Cluster",
  "Host|OS|OS according to the configuration file|OS according to the VMware Tools|Customization Info",
  "Guest Detailed Data|VM ID|Object ID|SMBIOS UUID|VM UUID|UUID|VI SDK Server type|VI SDK API Version|VI SDK Server",
  "VI SDK UUID|vCenter UUID|Internal Sort Column",
].join("|");

const known = new Set(headers.split("|").map(plainHeader));

/** Whether RVTools itself has such a column in vInfo. */
export function isStandardHeader(plain: string): boolean {
  return known.has(plain);
}
