import { randomBytes } from "node:crypto";
import { failed, messageOf } from "../failure.ts";
import { diskPath } from "./server.ts";
import { urlOf, type GatewayPlace } from "./url.ts";

const ANSWER_MS = 30_000;

/**
 * Sees, over the network as librbd will, that the gateway is one that it may read from: the size is the volume's, a range is
 * answered by 206 with exactly its bytes, and what is not there by 503. With a 404 librbd would read zeroes.
 * @throws with everything that is not as it must be
 */
export async function probeGateway(place: GatewayPlace, disk: string, sizeBytes: number): Promise<void> {
  const faults: string[] = [];
  const ask = async (what: string, path: string, init: RequestInit, check: (answer: Response) => Promise<string>) => {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await fetch(urlOf(place, path), { ...init, redirect: "manual", signal });
      const fault = await check(answer);
      if (fault !== "") faults.push(`${what}: ${fault}`);
    } catch (error) {
      faults.push(`${what}: no answer (${messageOf(error)})`);
    }
  };
  const path = diskPath(place.token);
  await ask("HEAD", path, { method: "HEAD" }, (answer) => {
    const { status, headers } = answer;
    const fits =
      status === 200 && headers.get("content-length") === String(sizeBytes) && headers.get("accept-ranges") === "bytes";
    return settled(
      fits,
      `status ${status}, ${headers.get("content-length") ?? "no"} bytes, expected 200, ${sizeBytes}`,
    );
  });
  for (const [first, last] of [
    [0, 511],
    [sizeBytes - 512, sizeBytes - 1],
  ] as const)
    await ask("a range", path, { headers: { range: `bytes=${first}-${last}` } }, async (answer) => {
      const { byteLength } = await answer.arrayBuffer();
      const fits = answer.status === 206 && byteLength === 512;
      return settled(fits, `status ${answer.status} with ${byteLength} bytes, expected 206 with 512`);
    });
  await ask("a path that is not there", diskPath(randomBytes(24).toString("hex")), {}, ({ status }) =>
    settled(status === 503, `status ${status}, expected 503: librbd would read zeroes after a 404`),
  );
  if (faults.length > 0)
    throw failed(
      `${disk}: the gateway at ${place.address} port ${place.port} is none that librbd may read from: ${faults.join("; ")}. ` +
        "Does anything (a proxy, a firewall) stand between this host and its own address? Nothing was prepared.",
    );
}

const settled = (fits: boolean, fault: string): Promise<string> => Promise.resolve(fits ? "" : fault);
