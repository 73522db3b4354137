import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach } from "mocha";
import { findDigest } from "../../toolchain/checksums.ts";
import { downloadPart } from "../../toolchain/download.ts";
import { type Mirror, officialMirrors } from "../../toolchain/mirrors.ts";
import { parts } from "../../toolchain/parts.ts";
import { silent } from "../../toolchain/progress.ts";
import { run } from "../../toolchain/run.ts";
import { temporaryFolders } from "./temp-folder.ts";

const archiveName = "pulumi-v3.250.0-linux-x64.tar.gz";
const tools = { run, progress: silent, connectTimeoutMs: 300 };

/** An archive as the CLI's release is: executables in a folder "pulumi". */
async function makeArchive(folder: string): Promise<Buffer> {
  await mkdir(join(folder, "pulumi"));
  for (const name of [...parts.cli.executables, "pulumi-language-python"]) {
    await writeFile(join(folder, "pulumi", name), `#!/bin/sh\necho ${name}\n`);
    await chmod(join(folder, "pulumi", name), 0o755);
  }
  await promisify(execFile)("tar", ["-czf", join(folder, archiveName), "-C", folder, "pulumi"]);
  return readFile(join(folder, archiveName));
}

const digest = (content: Buffer, algorithm = "sha256"): string => createHash(algorithm).update(content).digest("hex");

describe("the download of an official release", () => {
  const folder = temporaryFolders();
  const servers: Server[] = [];
  const files = new Map<string, Buffer | string>();
  let base = "";

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  }

  beforeEach(async () => {
    files.clear();
    const server = createHttpServer((request, response) => {
      const content = files.get(request.url ?? "");
      response.writeHead(content === undefined ? 404 : 200).end(content);
    });
    base = `http://127.0.0.1:${await listen(server)}`;
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const mirror = (): Mirror => ({ archiveUrl: `${base}/${archiveName}`, checksumsUrl: `${base}/checksums.txt` });
  const offer = (archive: Buffer, checksums: string): void => {
    files.set(`/${archiveName}`, archive).set("/checksums.txt", checksums);
  };

  it("is unpacked when its published checksum is right", async () => {
    const [to, archive] = [await folder(), await makeArchive(await folder())];
    offer(archive, `${"0".repeat(64)}  other.tar.gz\n${digest(archive)}  ${archiveName}\n`);
    const note = await downloadPart(parts.cli, [mirror()], to, tools);
    assert.match(note, new RegExp(`sha256 ${digest(archive)}`));
    assert.deepEqual((await readdir(to)).sort(), ["pulumi", "pulumi-language-nodejs"]);
    assert.equal((await run(join(to, "pulumi"), [])).stdout, "pulumi");
  });

  it("is refused, unopened, when the checksum is another", async () => {
    const [to, archive] = [await folder(), await makeArchive(await folder())];
    offer(archive, `${digest(Buffer.from("another"))}  ${archiveName}\n`);
    await assert.rejects(downloadPart(parts.cli, [mirror()], to, tools), /was published: not used/);
    assert.deepEqual(await readdir(to), []);
  });

  it("is refused when no checksum was published for it", async () => {
    const [to, archive] = [await folder(), await makeArchive(await folder())];
    offer(archive, `${digest(archive)}  pulumi-v3.250.0-linux-arm64.tar.gz\n`);
    await assert.rejects(downloadPart(parts.cli, [mirror()], to, tools), /has no checksum of .*: not used/);
    files.delete("/checksums.txt");
    await assert.rejects(downloadPart(parts.cli, [mirror()], to, tools), /answers 404 for checksums\.txt/);
    assert.deepEqual(await readdir(to), []);
  });

  it("goes on to the next place when one lets the connection hang", async () => {
    const [to, archive] = [await folder(), await makeArchive(await folder())];
    offer(archive, `${digest(archive)}  ${archiveName}\n`);
    const held: Socket[] = [];
    // Takes the connection and never begins TLS: to the client, a connection that does not come about.
    const port = await listen(createTcpServer((socket) => held.push(socket.on("error", () => undefined))));
    const dead = `https://127.0.0.1:${port}`;
    const hanging = { archiveUrl: `${dead}/${archiveName}`, checksumsUrl: `${dead}/checksums.txt` };
    try {
      await assert.rejects(downloadPart(parts.cli, [hanging], to, tools), /Connect Timeout/);
      assert.match(await downloadPart(parts.cli, [hanging, mirror()], to, tools), /^http:\/\/127/);
    } finally {
      for (const socket of held) socket.destroy();
    }
  });

  it("is refused when the archive lacks a part's file", async () => {
    const [to, archive] = [await folder(), await makeArchive(await folder())];
    offer(archive, `${digest(archive)}  ${archiveName}\n`);
    await assert.rejects(downloadPart(parts.openstack, [mirror()], to, tools), /has no pulumi-resource-openstack/);
  });
});

describe("published checksums", () => {
  const [sha1, sha256, sha512] = ["a".repeat(40), "b".repeat(64), "c".repeat(128)];
  const table: [string, string, ReturnType<typeof findDigest>][] = [
    ["sha256sum's form", `${sha256}  x.tar.gz`, { algorithm: "sha256", hex: sha256 }],
    ["shasum ./*'s form", `${sha1}  ./x.tar.gz`, { algorithm: "sha1", hex: sha1 }],
    ["the binary mark", `${sha256.toUpperCase()} *x.tar.gz`, { algorithm: "sha256", hex: sha256 }],
    [
      "the strongest of several",
      `${sha1} x.tar.gz\n${sha512} x.tar.gz\n${sha256} x.tar.gz`,
      { algorithm: "sha512", hex: sha512 },
    ],
    ["another file's", `${sha256}  y-x.tar.gz`, null],
    ["a digest of unknown length", "abcdef  x.tar.gz", null],
    ["an error page", "<html><body>Not Found x.tar.gz</body></html>", null],
  ];
  for (const [title, text, expected] of table) {
    it(title, () => {
      assert.deepEqual(findDigest(text, "x.tar.gz"), expected);
    });
  }
});

describe("the places of the official releases", () => {
  it("are those that Pulumi publishes to, archive and checksums of one place", () => {
    const at = (part: keyof typeof parts): string[] =>
      officialMirrors(parts[part], { platform: "linux", arch: "x64" }).flatMap((one) => [
        one.archiveUrl,
        one.checksumsUrl,
      ]);
    assert.deepEqual(at("cli").slice(0, 2), [
      "https://github.com/pulumi/pulumi/releases/download/v3.250.0/pulumi-v3.250.0-linux-x64.tar.gz",
      "https://github.com/pulumi/pulumi/releases/download/v3.250.0/pulumi-3.250.0-checksums.txt",
    ]);
    assert.deepEqual(at("openstack").slice(2), [
      "https://get.pulumi.com/releases/plugins/pulumi-resource-openstack-v3.15.2-linux-amd64.tar.gz",
      "https://get.pulumi.com/releases/plugins/pulumi-openstack_3.15.2_checksums.txt",
    ]);
    assert.deepEqual(officialMirrors(parts.cli, { platform: "freebsd", arch: "x64" }), []);
  });
});
