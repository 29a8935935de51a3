import { spawn, type ChildProcess } from "node:child_process";
import type { AddressInfo } from "node:net";
import ssh2 from "ssh2";

export interface SshServer {
  port: number;
  /** As in authorized_keys. */
  hostKey: string;
  /** A key that the server accepts. */
  privateKey: string;
  /** The commands that it ran, in order. */
  commands: string[];
  close(): Promise<void>;
}

/** One in two hundred of the keys that ssh2 1.17 generates it cannot read itself. */
export function newKey(): { private: string; public: string } {
  const pair = ssh2.utils.generateKeyPairSync("ed25519");
  return ssh2.utils.parseKey(pair.private) instanceof Error ? newKey() : pair;
}

/** A small SSH server on loopback that runs commands with `sh -c`, and accepts the variables of `acceptEnv`. */
export async function startSshServer({ acceptEnv = [] as string[] } = {}): Promise<SshServer> {
  const [hostKey, userKey] = [newKey(), newKey()];
  const commands: string[] = [];
  const clients = new Set<ssh2.Connection>();
  const children = new Set<ChildProcess>();
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
    clients.add(client);
    client.on("error", () => client.end());
    client.on("authentication", (context) => {
      if (context.method === "publickey" && matches(context, userKey.public)) context.accept();
      else context.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      serveSession(accept(), acceptEnv, (command, child) => {
        commands.push(command);
        children.add(child);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hostKey: hostKey.public,
    privateKey: userKey.private,
    commands,
    close: async () => {
      for (const client of clients) client.end();
      for (const child of children) killGroup(child);
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function matches(context: ssh2.PublicKeyAuthContext, expected: string): boolean {
  const key = ssh2.utils.parseKey(expected);
  if (key instanceof Error || !context.key.data.equals(key.getPublicSSH())) return false;
  return context.signature === undefined || context.blob === undefined
    ? true
    : key.verify(context.blob, context.signature, context.hashAlgo);
}

function serveSession(
  session: ssh2.Session,
  acceptEnv: string[],
  started: (command: string, child: ChildProcess) => void,
): void {
  const environment: Record<string, string> = {};
  session.on("env", (accept, reject, { key, val }) => {
    if (acceptEnv.includes(key)) {
      environment[key] = val;
      (accept as (() => void) | undefined)?.();
    } else (reject as (() => void) | undefined)?.();
  });
  session.on("exec", (accept, _reject, { command }) => {
    const channel = accept();
    const child = spawn("sh", ["-c", command], {
      env: { PATH: process.env.PATH, ...environment },
      detached: true,
    });
    started(command, child);
    channel.pipe(child.stdin).on("error", () => undefined);

    child.stdout.on("data", (data: Buffer) => channel.write(data));
    child.stderr.on("data", (data: Buffer) => channel.stderr.write(data));
    child.on("close", (code) => {
      channel.exit(code ?? 1);
      channel.end();
    });
  });
}

// The shell's own children, too: they would hold this process's pipes open.
function killGroup(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    process.kill(-child.pid);
}
