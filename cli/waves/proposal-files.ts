import { addVms } from "../../inventory/edit/add-vms.ts";
import { wavePlanFile } from "../../inventory/plan-waves.ts";
import { readText } from "../../inventory/read-text.ts";
import { FaultsError } from "../../inventory/fault.ts";
import { wavePlanText } from "../../inventory/wave-plan-text.ts";
import { APPLICATION, shownLink, shownVms } from "../../planning/waves/link.ts";
import type { Proposal, ProposedWave } from "../../planning/waves/propose.ts";
import { UserError } from "../failure.ts";
import { type FileText, placeOfWave } from "./write-plan.ts";

/**
 * The plan's files as they will be: one a new wave, and those whose waves get more VMs.
 * @throws {UserError} when a file is written so that nothing can be added to it
 */
export async function proposalFiles(
  { waves, joins }: Pick<Proposal, "waves" | "joins">,
  planFile: string,
  target: string,
): Promise<FileText[]> {
  const edited = new Map<string, string>();
  for (const { wave, vms, reason } of joins) {
    const { file, vms: path } = placeOfWave(planFile, wavePlanFile(planFile, wave), wave);
    const text = addVms(
      edited.get(file) ?? (await textOf(file)),
      path,
      vms,
      `added by wavelift waves propose: ${reason}`,
    );
    if (text === null)
      throw new UserError(
        `${file}: wave ${wave} is written in a way that nothing can be added to. Add by hand: ${vms.join(", ")} (${reason})`,
      );
    edited.set(file, text);
  }
  return [
    ...[...edited].map(([file, text]) => ({ file, text })),
    ...waves.map((wave) => ({ file: wavePlanFile(planFile, wave.name), text: textOfWave(wave, target) })),
  ];
}

function textOfWave({ part, links, overLimits, held }: ProposedWave, target: string): string {
  const applications = links.filter(({ tier }) => tier >= APPLICATION).map((link) => shownLink(link));
  return wavePlanText({
    ...(applications.length === 0 ? {} : { description: shownVms(applications, 3) }),
    target,
    vms: part.vms,
    reasons: [
      `Proposed by \`wavelift waves propose\`. ${links.length === 0 ? "Nothing binds these VMs together." : "Why these are together:"}`,
      ...links.map((link) => `- ${shownLink(link)}: ${shownVms(link.vms)}`),
      ...(overLimits ? ["Larger than the limits: it is one group that must not be taken apart."] : []),
      ...(held ? ["Critical concerns (see `wavelift assess`) stop VMs of this wave: that is why it comes last."] : []),
    ],
  });
}

async function textOf(file: string): Promise<string> {
  const text = await readText(file);
  if (typeof text !== "string") throw new FaultsError([text]);
  return text;
}
