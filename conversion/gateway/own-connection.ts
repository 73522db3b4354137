import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Whether a process of this host has a TCP connection from this local port: by its file descriptors and the kernel's table
 * (proc(5): /proc/PID/net/tcp has the local address in its second field, the socket's inode in its tenth).
 */
export function ownsConnection(pid: number, port: number): boolean {
  const inodes = new Set(socketsOf(pid));
  return ["tcp", "tcp6"].some((table) =>
    lines(`/proc/${pid}/net/${table}`).some((line) => {
      const fields = line.trim().split(/\s+/);
      const [, localPort] = /:([0-9A-F]{4})$/.exec(fields[1] ?? "") ?? [];
      return localPort !== undefined && Number.parseInt(localPort, 16) === port && inodes.has(fields[9] ?? "");
    }),
  );
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return entries(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}
