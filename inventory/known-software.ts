/** What a program that runs in a guest means for its migration. */
export type SoftwareKind = "antivirus" | "encryption" | "cluster" | "directory";

export interface KnownSoftware {
  readonly kind: SoftwareKind;
  /** Name of the product, for people. */
  readonly product: string;
}

const products: readonly (readonly [SoftwareKind, product: string, processes: string])[] = [
  ["antivirus", "McAfee/Trellix", "mcshield masvc macmnsvc mfetp mfeesp mfefire mfemms xagt"],
  ["antivirus", "Symantec Endpoint Protection", "ccsvchst sepmasterservice rtvscan smc sisidsservice"],
  ["antivirus", "Trend Micro", "ntrtscan tmlisten pccntmon tmccsf coreserviceshell ds_agent dsa dsa-connect amsp"],
  ["antivirus", "Sophos", "savservice sophosfs sophosfilescanner sspservice hmpalert mcsagent savd sophos-spl"],
  ["antivirus", "CrowdStrike Falcon", "csfalconservice csfalconcontainer falcon-sensor falcond"],
  ["antivirus", "SentinelOne", "sentinelagent sentinelservicehost sentinelstaticengine s1-agent sentinelone-agent"],
  ["antivirus", "Carbon Black", "repmgr cbdefense cbagentd cbdaemon parity"],
  ["antivirus", "Kaspersky", "avp kavfs kavfswp klnagent kesl"],
  ["antivirus", "ESET", "ekrn egui oaeventd eraagent"],
  ["antivirus", "Bitdefender", "epsecurityservice epprotectedservice bdservicehost vsserv bdagent"],
  ["antivirus", "Cylance", "cylancesvc cylanceui"],
  ["antivirus", "Cortex XDR", "cyserver cytray"],
  ["antivirus", "WithSecure/F-Secure", "fshoster32 fshoster64 fsorsp fsavd"],
  ["antivirus", "Avast/AVG", "avastsvc avgsvc"],
  ["antivirus", "Webroot", "wrsa"],
  ["antivirus", "Malwarebytes", "mbamservice"],
  ["antivirus", "ClamAV", "clamd clamonacc"],
  ["antivirus", "Defender for Endpoint on Linux", "wdavdaemon mdatp"],
  ["encryption", "BitLocker management (MBAM)", "mbamagent"],
  ["encryption", "McAfee/Trellix Drive Encryption", "mfeepehost mfeepe"],
  ["encryption", "Symantec Endpoint Encryption/PGP", "eedservice pgpserv pgptray"],
  ["encryption", "Check Point Full Disk Encryption", "fde_srv"],
  ["encryption", "Sophos SafeGuard", "sgn_masterservicen"],
  ["encryption", "CipherTrust Transparent Encryption", "secfsd"],
  ["encryption", "VeraCrypt/DiskCryptor", "veracrypt dcrypt"],
  ["encryption", "LUKS opened by network or TPM (clevis)", "clevis-luks-askpass clevis-luks-udisks2"],
  ["cluster", "Windows failover cluster", "clussvc rhs"],
  ["cluster", "Pacemaker/Corosync", "pacemakerd pacemaker-controld corosync crmd"],
  ["cluster", "keepalived", "keepalived"],
  ["cluster", "Heartbeat/ucarp", "heartbeat ucarp"],
  ["cluster", "Veritas Cluster Server", "had hashadow"],
  ["cluster", "SIOS LifeKeeper", "lkscsid extmirrsvc"],
  ["cluster", "Oracle Clusterware", "ocssd.bin ocssd crsd.bin crsd"],
  ["cluster", "Storage Scale (GPFS)", "mmfsd"],
  ["cluster", "GFS2/DLM", "dlm_controld"],
  ["directory", "Active Directory domain controller", "microsoft.activedirectory.webservices ismserv"],
];

const byProcess: ReadonlyMap<string, KnownSoftware> = new Map(
  products.flatMap(([kind, product, processes]) =>
    processes.split(" ").map((name) => [name, { kind, product }] as const),
  ),
);

/** What is known of a process by its name: "MsMpEng.exe", "/usr/sbin/corosync"; null when nothing is. */
export function knownSoftware(process: string): KnownSoftware | null {
  const name = process
    .trim()
    .toLowerCase()
    .replace(/^.*[\\/]/, "")
    .replace(/\.exe$/, "");
  return byProcess.get(name) ?? null;
}

/** Products of one kind among the processes of a guest, each with the processes that tell of it, in order of name. */
export function softwareOf(
  processes: readonly string[] | null,
  kind: SoftwareKind,
): readonly { readonly product: string; readonly processes: readonly string[] }[] {
  const found = new Map<string, string[]>();
  for (const process of processes ?? []) {
    const known = knownSoftware(process);
    if (known?.kind === kind) found.set(known.product, [...(found.get(known.product) ?? []), process]);
  }
  return [...found].map(([product, names]) => ({ product, processes: names.sort() })).sort(byProduct);
}

function byProduct(a: { readonly product: string }, b: { readonly product: string }): number {
  return a.product < b.product ? -1 : 1;
}
