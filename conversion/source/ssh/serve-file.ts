import type { ImageOpts } from "../../copy/image-opts.ts";
import type { Commands } from "../../effects.ts";
import type { NbdContents } from "../../nbd/contents.ts";
import { serveCommand, serveNode, startServers, type Servers } from "../../nbd/serve.ts";
import type { SourceContext } from "../transport.ts";
import type { Remote } from "./remote.ts";

/**
 * Logins that read one disk side by side: a login gives one answer after the other, so several hide the way there and back.
 * sshd takes no more than 10 logins at a time that are not through yet (MaxStartups), from all disks together.
 */
const LOGINS = 4;
/** Seconds until a connection that is not made is given up. */
const CONNECT_SECONDS = 30;

/** A read without an answer for so long is given up and the host reached anew. */
export const SILENCE_MS = 90_000;

/** nbdkit's ssh plugin for a file there. Host keys are checked (its default); no password and no ssh_config is read. */
const nbdkitSsh =
  ({ host, user, port, identityFile, knownHostsFile }: Remote, path: string) =>
  (socket: string): readonly [string, readonly string[]] => [
    "nbdkit",
    [
      ...["--foreground", "--readonly", "--exit-with-parent", "--unix", socket, "ssh"],
      ...[`host=${host}`, `path=${path}`, `timeout=${CONNECT_SECONDS}`, "config="],
      ...(user === undefined ? [] : [`user=${user}`]),
      ...(port === undefined ? [] : [`port=${port}`]),
      ...(identityFile === undefined ? [] : [`identity=${identityFile}`]),
      ...(knownHostsFile === undefined ? [] : [`known-hosts=${knownHostsFile}`]),
    ],
  ];

/** nbdkit logs in, so it may ask the agent. */
const withAgent = (commands: Commands): Commands => ({
  start: (tool, args, options) => commands.start(tool, args, { ...options, agent: true }),
});

/** The bytes of a file there. */
export function openRemoteFile(
  context: SourceContext,
  disk: string,
  remote: Remote,
  path: string,
): Promise<NbdContents> {
  const served = { ...context, commands: withAgent(context.commands) };
  return serveCommand(served, disk, nbdkitSsh(remote, path), { servers: 1, connections: LOGINS, depth: 1 });
}

/** A file there as a qemu node, for as long as the server runs. */
export async function serveRemoteFile(
  context: SourceContext,
  disk: string,
  remote: Remote,
  path: string,
): Promise<{ readonly node: ImageOpts; readonly server: Servers }> {
  const served = { ...context, commands: withAgent(context.commands) };
  const server = await startServers(served, disk, nbdkitSsh(remote, path), 1);
  const [socket = ""] = server.sockets;
  return { node: { driver: "nbd", server: { type: "unix", path: socket } }, server };
}

/** The disk that is encoded in a file there. @param wrap its qemu node, from the node of the file's bytes */
export async function openRemoteImage(
  context: SourceContext,
  disk: string,
  remote: Remote,
  path: string,
  wrap: (data: ImageOpts) => ImageOpts,
): Promise<NbdContents> {
  const { node, server } = await serveRemoteFile(context, disk, remote, path);
  try {
    const contents = await serveNode(context, disk, wrap(node), { servers: LOGINS });
    const close = contents.close;
    return Object.assign(contents, {
      close: async () => {
        await close();
        await server.close();
      },
    });
  } catch (error) {
    await server.close();
    throw error;
  }
}
