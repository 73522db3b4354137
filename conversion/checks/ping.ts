import { reasonOf, run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import type { ReadyCheck } from "./check.ts";

/** The address answers an ICMP echo; by the tool `ping`, which is allowed what needs a privilege. */
export function pingCheck(commands: Commands, address: string): ReadyCheck {
  return {
    name: `ping ${address}`,
    attempt: async () => {
      const finished = await run(commands, "ping", ["-n", "-c", "1", "-W", "2", "--", address], { timeoutMs: 10_000 });
      if (finished.code === 0) return { ok: true, seen: "answered" };
      return { ok: false, seen: finished.code === 1 ? "no answer" : reasonOf(finished) };
    },
  };
}
