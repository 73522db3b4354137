/** A file of a Hyper-V host in the estate's terms. */
export interface WindowsPlace {
  /**
   * The last name of a cluster shared volume ("Volume1"), "server/share" of an SMB share, else "host/D" of a drive: what
   * runners.yaml maps to a folder that the conversion host sees.
   */
  readonly datastore: string;
  /** With slashes, relative to it. */
  readonly file: string;
}

/** Where a Windows path lies, or why it is not taken. Only absolute paths without ".." are. */
export function windowsPlace(path: string, host: string): WindowsPlace | { readonly refused: string } {
  const plain = path.replace(/^\\\\\?\\UNC\\/i, "\\\\").replace(/^\\\\\?\\(?=[a-z]:)/i, "");
  const parts = plain.split(/[\\/]+/);
  if (parts.some((part) => part === ".." || part === ".")) return { refused: "it has .. in it" };
  if (/\p{Cc}/u.test(plain)) return { refused: "it has control characters" };
  const share = /^[\\/]{2}([^\\/?.][^\\/]*)[\\/]+([^\\/]+)[\\/]+(.+)$/.exec(plain);
  if (share !== null) return placed(`${share[1] ?? ""}/${share[2] ?? ""}`, share[3] ?? "");
  const volume = /^[a-z]:[\\/]+ClusterStorage[\\/]+([^\\/]+)[\\/]+(.+)$/i.exec(plain);
  if (volume !== null) return placed(volume[1] ?? "", volume[2] ?? "");
  const drive = /^([a-z]):[\\/]+(.+)$/i.exec(plain);
  if (drive !== null) return placed(`${host}/${(drive[1] ?? "").toUpperCase()}`, drive[2] ?? "");
  return { refused: "it is neither on a drive, a cluster volume nor a share" };
}

function placed(datastore: string, rest: string): WindowsPlace | { readonly refused: string } {
  const file = rest
    .split(/[\\/]+/)
    .filter((part) => part !== "")
    .join("/");
  return file === "" ? { refused: "it names no file" } : { datastore, file };
}
