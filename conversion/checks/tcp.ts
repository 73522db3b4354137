import { connect, type Socket } from "node:net";
import { ATTEMPT_MS, type CheckResult, type ReadyCheck } from "./check.ts";

/** Host and port for people; IPv6 in brackets. */
export const endpoint = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

/** Opens a connection; ok when it is accepted. */
const knock = (address: string, port: number): Promise<CheckResult> =>
  dial(address, port, (socket, settle) => {
    socket.once("connect", () => {
      settle({ ok: true, seen: "connected" });
    });
  });

/** Somebody accepts connections on the port. */
export function tcpCheck(address: string, port: number): ReadyCheck {
  return { name: `tcp ${endpoint(address, port)}`, attempt: () => knock(address, port) };
}

/** Any answer of the address: accepted or refused, the network stack of a guest is up. */
export function answersCheck(address: string, port: number): ReadyCheck {
  return {
    name: `any answer of ${endpoint(address, port)}`,
    attempt: async () => {
      const result = await knock(address, port);
      return result.seen === "ECONNREFUSED" ? { ok: true, seen: "refused the connection" } : result;
    },
  };
}

/** An SSH server greets (RFC 4253, 4.2: other lines may come before its version). */
export function sshCheck(address: string, port: number): ReadyCheck {
  return {
    name: `ssh ${endpoint(address, port)}`,
    attempt: () =>
      dial(address, port, (socket, settle) => {
        let text = "";
        socket.setEncoding("latin1").on("data", (chunk) => {
          text = (text + String(chunk)).slice(-4096);
          const banner = /^SSH-[\x20-\x7e]+/m.exec(text)?.[0];
          if (banner !== undefined) settle({ ok: true, seen: banner });
        });
        socket.once("end", () => {
          settle({ ok: false, seen: "closed without an SSH greeting" });
        });
      }),
  };
}

/** Opens a connection and waits for a result, an error or the time-out. */
function dial(
  host: string,
  port: number,
  listen: (socket: Socket, settle: (result: CheckResult) => void) => void,
): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (result: CheckResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(ATTEMPT_MS, () => {
      settle({ ok: false, seen: "no answer" });
    });
    socket.once("error", (error) => {
      settle({ ok: false, seen: "code" in error ? String(error.code) : error.message });
    });
    listen(socket, settle);
  });
}
