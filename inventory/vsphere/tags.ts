import { z } from "zod";
import { compareText } from "../order.ts";
import { shown } from "../shown.ts";
import type { VsphereSession } from "./session.ts";
import { VsphereError } from "./vsphere-error.ts";

/** The tags of VMs, which only vCenter's REST interface tells. */
export interface Tags {
  /** "category:tag" of each of these VMs (managed object ids), sorted; VMs without tags are missing. */
  of(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  close(): Promise<void>;
}

/**
 * The two forms of the interface: /api of vSphere 7.0 U2 and newer, /rest of 6.5 and newer, whose answers lie in `value`
 * (vSphere Automation API reference, CIS tagging).
 */
const FORMS = [
  {
    session: "/api/session",
    end: "/api/session",
    one: (kind: string, id: string) => `/api/cis/tagging/${kind}/${encodeURIComponent(id)}`,
    attached: "/api/cis/tagging/tag-association?action=list-attached-tags-on-objects",
    answer: (content: unknown) => content,
  },
  {
    session: "/rest/com/vmware/cis/session",
    end: "/rest/com/vmware/cis/session",
    one: (kind: string, id: string) => `/rest/com/vmware/cis/tagging/${kind}/id:${encodeURIComponent(id)}`,
    attached: "/rest/com/vmware/cis/tagging/tag-association?~action=list-attached-tags-on-objects",
    answer: (content: unknown) => z.looseObject({ value: z.unknown() }).parse(content).value,
  },
] as const;

const Attached = z.array(
  z.looseObject({ object_id: z.looseObject({ id: z.string() }), tag_ids: z.array(z.string()).nullish() }),
);
const Tag = z.looseObject({ name: z.string(), category_id: z.string() });
const Category = z.looseObject({ name: z.string() });

/** Most characters of one answer: 50 VMs with a hundred tags each are 500 kB. */
const LARGEST = 8 * 2 ** 20;

/**
 * Logs in at the REST interface with the session's account.
 * @throws {VsphereError} when it has none (vCenter 6.0, ESXi), or does not let this account in.
 */
export async function openTags(session: VsphereSession): Promise<Tags> {
  const { settings, transport, server } = session;
  const basic = Buffer.from(`${settings.username}:${settings.password()}`, "utf8").toString("base64");
  let form: (typeof FORMS)[number] | null = null;
  let id = "";
  const names = new Map<string, string>();
  const categories = new Map<string, string>();

  const send = (method: "GET" | "POST" | "DELETE", path: string, headers: Record<string, string>, body?: string) =>
    transport.send(
      {
        method,
        path,
        headers: { accept: "application/json", ...headers },
        ...(body === undefined ? {} : { body }),
        reads: method !== "DELETE",
        closing: method === "DELETE",
      },
      async (status, _headers, stream) => ({ status, text: await textOf(server, stream) }),
    );
  const login = async (): Promise<void> => {
    for (const one of form === null ? FORMS : [form]) {
      const { status, text } = await send("POST", one.session, { authorization: `Basic ${basic}` });
      if (status === 404) continue;
      if (status >= 300) throw noTags(server, `HTTP status ${status} at its log-in`);
      id = z
        .string()
        .regex(/^[\x21-\x7e]{1,512}$/)
        .parse(one.answer(parsed(server, text)));
      form = one;
      return;
    }
    throw noTags(server, "it has no REST interface");
  };
  const ask = async (path: (of: (typeof FORMS)[number]) => string, body?: unknown): Promise<unknown> => {
    for (let fresh = false; ; fresh = true) {
      if (form === null) throw noTags(server, "it has no REST interface");
      const headers = {
        "vmware-api-session-id": id,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      };
      const content = body === undefined ? undefined : JSON.stringify(body);
      const { status, text } = await send(body === undefined ? "GET" : "POST", path(form), headers, content);
      if (status === 401 && !fresh) {
        await login();
        continue;
      }
      if (status >= 300) throw noTags(server, `HTTP status ${status}`);
      return form.answer(parsed(server, text));
    }
  };
  const nameOf = async (tag: string): Promise<string> => {
    const known = names.get(tag);
    if (known !== undefined) return known;
    const { name, category_id: category } = Tag.parse(await ask((of) => of.one("tag", tag)));
    if (!categories.has(category))
      categories.set(category, Category.parse(await ask((of) => of.one("category", category))).name);
    const whole = `${categories.get(category) ?? ""}:${name}`;
    names.set(tag, whole);
    return whole;
  };

  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof z.ZodError ? noTags(server, "an answer is not as the API describes it") : error;
    }
  };
  await explained(login);
  return {
    of: (ids) =>
      explained(async () => {
        const objects = ids.map((vm) => ({ id: vm, type: "VirtualMachine" }));
        const attached = Attached.parse((await ask((of) => of.attached, { object_ids: objects })) ?? []);
        const found = new Map<string, string[]>();
        for (const { object_id: vm, tag_ids: tags } of attached) {
          const whole: string[] = [];
          for (const tag of tags ?? []) whole.push(await nameOf(tag));
          if (whole.length > 0) found.set(vm.id, whole.sort(compareText));
        }
        return found;
      }),
    close: async () => {
      try {
        if (form !== null) await send("DELETE", form.end, { "vmware-api-session-id": id });
      } catch {
        // The session ends by itself, too.
      }
    },
  };
}

function noTags(server: string, reason: string): VsphereError {
  return new VsphereError(
    server,
    `its tags cannot be read: ${shown(reason, 120)}`,
    "See that its REST interface (vSphere 6.5 and newer) can be reached and that the account may read tags.",
  );
}

function parsed(server: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw noTags(server, "an answer is not JSON");
  }
}

async function textOf(server: string, stream: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST) throw noTags(server, `an answer of more than ${LARGEST} characters`);
  }
  return text + decoder.decode();
}
