/** What a migration must know of a program that runs in the guest. */
export type SoftwareKind = "antivirus" | "diskEncryption" | "cluster" | "directory";

/** A program by the name of its process, as VMware Tools publish it (guestinfo.appInfo; Windows and Linux). */
export interface KnownSoftware {
  /** Lower case. */
  readonly process: string;
  readonly product: string;
  readonly kind: SoftwareKind;
}

const software = (kind: SoftwareKind, product: string, ...processes: readonly string[]): KnownSoftware[] =>
  processes.map((process) => ({ process, product, kind }));

/**
 * Programs that the estate names in `software`. Antivirus: its drivers sit below the disks and may refuse new ones; Windows'
 * own Defender (MsMpEng.exe) does not and is not here. Disk encryption: what is sealed to the old hardware does not open.
 * Cluster software: shared disks, floating addresses and fencing need their own plan. Directory: a domain controller must never
 * be set back in time.
 * Process names after the products' own manuals.
 */
export const knownSoftware: readonly KnownSoftware[] = [
  ...software(
    "antivirus",
    "Symantec Endpoint Protection",
    "sepmasterservice.exe",
    "ccsvchst.exe",
    "smc.exe",
    "rtvscan.exe",
    "sisidsdaemon",
  ),
  ...software(
    "antivirus",
    "Trellix (McAfee) Endpoint Security",
    "mcshield.exe",
    "masvc.exe",
    "macmnsvc.exe",
    "mfetp.exe",
    "xagt.exe",
    "xagt",
    "mfemms.exe",
    "mfetpd",
    "isectpd",
  ),
  ...software(
    "antivirus",
    "Trend Micro",
    "ntrtscan.exe",
    "tmlisten.exe",
    "coreserviceshell.exe",
    "ds_agent",
    "dsa.exe",
  ),
  ...software("antivirus", "Sophos", "savservice.exe", "sophosfs.exe", "sophosfilescanner.exe", "savd", "sophos-spl"),
  ...software("antivirus", "Kaspersky", "avp.exe", "kavfswp.exe", "kesl"),
  ...software("antivirus", "ESET", "ekrn.exe", "oaeventd", "esets_daemon"),
  ...software("antivirus", "CrowdStrike Falcon", "csfalconservice.exe", "falcon-sensor", "falcond"),
  ...software(
    "antivirus",
    "SentinelOne",
    "sentinelagent.exe",
    "sentinelservicehost.exe",
    "s1-agent",
    "sentinelone-agent",
  ),
  ...software("antivirus", "VMware Carbon Black", "repmgr.exe", "cb.exe", "cbagentd", "cbdaemon"),
  ...software("antivirus", "Palo Alto Cortex XDR", "cyserver.exe", "traps_pmd"),
  ...software("antivirus", "Bitdefender", "epsecurityservice.exe", "bdsecd", "epagd"),
  ...software("antivirus", "F-Secure (WithSecure)", "fshoster32.exe", "fsav", "fsma32.exe"),
  ...software("antivirus", "Cylance", "cylancesvc.exe", "cylancesvc"),
  ...software("antivirus", "ClamAV", "clamd", "clamd.exe"),
  ...software("antivirus", "Microsoft Defender for Endpoint on Linux", "wdavdaemon"),
  ...software("antivirus", "Avast/AVG", "avastsvc.exe", "avgsvc.exe"),
  ...software("antivirus", "Webroot", "wrsa.exe"),
  ...software("antivirus", "Malwarebytes", "mbamservice.exe"),
  ...software("diskEncryption", "BitLocker management (MBAM)", "mbamagent.exe"),
  ...software("diskEncryption", "VeraCrypt", "veracrypt.exe", "veracrypt"),
  ...software(
    "diskEncryption",
    "Symantec Endpoint Encryption (PGP)",
    "pgptray.exe",
    "eedservice.exe",
    "rddservice.exe",
  ),
  ...software("diskEncryption", "Trellix (McAfee) Drive Encryption", "mfeepehost.exe", "mdefsvc.exe"),
  ...software("diskEncryption", "Check Point Full Disk Encryption", "fde_srv.exe", "pagent.exe"),
  ...software("diskEncryption", "Sophos SafeGuard", "sgn_masterservicen.exe"),
  ...software("diskEncryption", "Thales CipherTrust Transparent Encryption", "vormetric.exe", "secfsd"),
  ...software("diskEncryption", "Clevis (LUKS bound to a TPM or Tang)", "clevis-luks-askpass"),
  ...software("cluster", "Windows Server Failover Cluster", "clussvc.exe", "rhs.exe"),
  ...software("cluster", "Pacemaker", "pacemakerd", "pacemaker-controld", "crmd"),
  ...software("cluster", "Corosync", "corosync"),
  ...software("cluster", "Keepalived", "keepalived"),
  ...software("cluster", "Veritas Cluster Server", "had", "had.exe", "hashadow", "hashadow.exe"),
  ...software("cluster", "SIOS LifeKeeper", "lkcheck", "lcdinit", "lifekeeper.exe"),
  ...software("cluster", "Oracle Clusterware", "ohasd.bin", "crsd.bin", "ocssd.bin", "ocssd.exe"),
  ...software("cluster", "IBM Spectrum Scale (GPFS)", "mmfsd"),
  ...software("cluster", "GFS2 and DLM", "dlm_controld"),
  ...software("cluster", "Heartbeat and ucarp", "heartbeat", "ucarp"),
  ...software(
    "directory",
    "Active Directory domain controller",
    "microsoft.activedirectory.webservices.exe",
    "ismserv.exe",
  ),
];

const byProcess = new Map(knownSoftware.map((known) => [known.process, known]));

/** What is known of a process, whatever the case of its name; null for all others. */
export function softwareOf(process: string): KnownSoftware | null {
  return byProcess.get(process.toLowerCase()) ?? null;
}
