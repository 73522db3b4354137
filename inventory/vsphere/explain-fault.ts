import { shown } from "../shown.ts";
import { serverOf, type VsphereSettings } from "./settings.ts";
import { ApiFault, VsphereError } from "./vsphere-error.ts";
import { AnswerError } from "./xml-node.ts";

/**
 * A fault of the API in one sentence with what to do. Anything else is given back as it is. NotAuthenticated stays what
 * it is, too, where a new login is still to be tried (session.ts catches it first).
 */
export function explainFault(error: unknown, settings: VsphereSettings): unknown {
  const { url, username } = settings;
  const server = serverOf(url);
  const user = shown(username);
  if (error instanceof AnswerError)
    return new VsphereError(
      server,
      `what answers at ${shown(new URL("/sdk", url).href, 120)} is not the vSphere API (${withoutSecret(error.message, settings)})`,
      "Give the address of the vCenter or ESXi host itself, with the port of its web pages.",
      error,
    );
  if (error instanceof RangeError) return new VsphereError(server, error.message, "See user name and password.");
  if (!(error instanceof ApiFault)) return error;
  switch (error.type) {
    case "InvalidLogin":
      return new VsphereError(
        server,
        `the user name or the password of ${user} is wrong`,
        "Correct it before another try: a few wrong ones lock the account. The name has its domain: administrator@vsphere.local.",
      );
    case "NoPermission":
      return new VsphereError(
        server,
        `the account ${user} lacks the privilege ${shown(error.fields.get("privilegeId") ?? "System.View")} on ${shown(error.fields.get("object") ?? "an object")}`,
        'Give it the role "Read-only" at the top of the inventory, with "Propagate to children".',
      );
    case "NotAuthenticated":
      return new VsphereError(
        server,
        `the session of ${user} ends at once`,
        "Is the account allowed to log in at the API?",
      );
    case "PasswordExpired":
      return new VsphereError(server, `the password of ${user} has expired`, "Set a new one at the vCenter.");
    default:
      return new VsphereError(
        server,
        `the API answers ${shown(error.type)}: ${withoutSecret(error.message, settings)}`,
        null,
        error,
      );
  }
}

/** A server may repeat what it was sent. */
function withoutSecret(text: string, { password }: VsphereSettings): string {
  const secret = password();
  return shown(secret === "" ? text : text.replaceAll(secret, "***"), 200);
}
