import { openVsphere, type VsphereSession } from "../../inventory/vsphere/session.ts";
import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import { badInput, failed, messageOf, refused } from "../failure.ts";
import { quote } from "./locate.ts";
import type { SourceLogins } from "./login.ts";

/** Logins at vCenters and ESXi hosts, one a server for all that the program does. */
export interface VsphereSessions {
  /**
   * The session of a server, logged in when it is first asked for; nobody but the holder closes it.
   * @param server its name in the estate (`origin.server` of a disk)
   * @throws a Failure: sources.yaml has no such server, or it could not be logged in there
   */
  readonly session: (server: string) => Promise<VsphereSession>;
  /** Logs out everywhere. It throws nothing. */
  readonly close: () => Promise<void>;
}

/** Nothing is opened before it is needed: a disk that is read another way needs no login. */
export function holdSessions(logins: SourceLogins): VsphereSessions {
  const opened = new Map<string, Promise<VsphereSession>>();
  const open = async (server: string): Promise<VsphereSession> => {
    const login = Object.hasOwn(logins, server) ? logins[server] : undefined;
    if (login?.kind !== "vsphere")
      throw badInput(
        `sources.yaml has no vCenter or ESXi host ${quote(server)}, which holds the disk. Add it there (see sources.example.yaml): address, user, password, how its certificate is trusted.`,
      );
    const { url, username, password, caPem, thumbprint, hostAddresses } = login;
    const settings = { url: new URL(url), username, password: () => password, caPem, thumbprint, hostAddresses };
    try {
      return await openVsphere(settings);
    } catch (error) {
      // A wrong password is not tried again by itself: a few lock the account.
      throw error instanceof VsphereError && !error.mayHeal ? refused(error.message) : failed(messageOf(error));
    }
  };
  return {
    session: (server) => {
      const known = opened.get(server);
      if (known !== undefined) return known;
      const opening = open(server);
      opened.set(server, opening);
      // One that failed is tried again by the next who asks.
      opening.catch(() => opened.delete(server));
      return opening;
    },
    close: async () => {
      await Promise.allSettled([...opened.values()].map(async (session) => (await session).close()));
    },
  };
}
