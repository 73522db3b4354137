import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { messageOf } from "../failure.ts";
import { ATTEMPT_MS, type ReadyCheck } from "./check.ts";

/**
 * A GET of the address gives the wanted status. Redirects are not followed. TLS is verified, against the authorities of
 * `caFile` (PEM) or those of the system.
 */
export function httpCheck(url: string, status: number, caFile: string | undefined): ReadyCheck {
  return {
    name: `http ${url}`,
    attempt: async () => {
      let agent: Agent | undefined;
      try {
        const connect = caFile === undefined ? {} : { ca: await readFile(caFile, "utf8") };
        agent = new Agent({ connect: { ...connect, timeout: ATTEMPT_MS } });
        const answer = await request(url, { dispatcher: agent, headersTimeout: ATTEMPT_MS, bodyTimeout: ATTEMPT_MS });
        await answer.body.dump();
        return { ok: answer.statusCode === status, seen: `status ${answer.statusCode}, expected ${status}` };
      } catch (error) {
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
        return { ok: false, seen: messageOf(cause) };
      } finally {
        await agent?.destroy();
      }
    },
  };
}
