import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { systemAuthorities } from "../../cloud/authorities.ts";
import { isCertificateFault, shownCertificate } from "../../cloud/certificate.ts";
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
        const ca = caFile === undefined ? systemAuthorities() : await readFile(caFile, "utf8");
        agent = new Agent({ connect: { ca, rejectUnauthorized: true, timeout: ATTEMPT_MS } });
        const answer = await request(url, { dispatcher: agent, headersTimeout: ATTEMPT_MS, bodyTimeout: ATTEMPT_MS });
        await answer.body.dump();
        return { ok: answer.statusCode === status, seen: `status ${answer.statusCode}, expected ${status}` };
      } catch (error) {
        const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
        return { ok: false, seen: (await certificateFault(cause, url)) ?? messageOf(cause) };
      } finally {
        await agent?.destroy();
      }
    },
  };
}

/** What a refused certificate is and how it can be trusted; null for any other error. */
async function certificateFault(error: unknown, url: string): Promise<string | null> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!isCertificateFault(code)) return null;
  const seen = await shownCertificate(url, {});
  const what = seen === null ? code : `${code}: ${seen}`;
  return `its certificate is not trusted (${what}); if it is right, name its CA as \`caFile\` of the check`;
}
