import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";

import ssh2 from "ssh2";
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { z } from "zod";

import { opensshEd25519 } from "./openssh-key.ts";

export interface SshServer {
  host: string;
  port: number;
  user: string;
  /** `<type> <base64>` */
  hostKey: string;
}

export interface SshConnection extends SshServer {
  privateKey: string;
}

/** A connection among the inputs of a command, once all of it is known. */
export const knownConnection = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  hostKey: z.string(),
  privateKey: z.string(),
});

export interface RemoteRun {
  command: string;
  stdin: string;
  /** To connect, to log in and to run the command, all together. */
  seconds: number;
}

const longestAnswer = 65_536;

/** What a command on a host printed. An error says in one sentence why there is no answer, and holds no secret. */
export async function runOverSsh(connection: SshConnection, run: RemoteRun): Promise<string> {
  const client = new ssh2.Client();
  const late = AbortSignal.timeout(run.seconds * 1000);
  // One that comes when nobody waits any more must not end the program.
  client.on("error", () => undefined);
  let isLoggedIn = false;
  try {
    const ready = once(client, "ready", { signal: late });
    // Where the library refuses the key nobody waits for this one, and its end must not be that of the program.
    ready.catch(() => undefined);
    client.connect(clientConfig(connection));
    await ready;
    isLoggedIn = true;
    return await answer(client, run, late);
  } catch (error) {
    // What the command said has an advice of its own.
    const failure = isLoggedIn && error instanceof Error ? error.message : advised(error);
    const why = late.aborted ? `no answer within ${run.seconds} s` : failure;
    throw new Error(`ssh ${connection.user}@${connection.host} port ${connection.port}: ${why}`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

/** Why there is no connection, and what to do about it. */
export function advised(error: unknown): string {
  if (isAnotherServer(error)) return anotherKey;
  const message = error instanceof Error ? error.message : String(error);
  const advice = advices.find(([pattern]) => pattern.test(message))?.[1];
  return advice === undefined ? message : `${message}. ${advice}`;
}

/** Whether the server is not the one that it should be. */
export const isAnotherServer = (error: unknown): boolean =>
  error instanceof Error && /verification failed|no matching host key/.test(error.message);

const anotherKey =
  "the server shows another key than hostKey. If the host was installed anew, compare what `ssh-keyscan` prints with" +
  " /etc/ssh/ssh_host_*_key.pub on it, and declare that as hostKey. If not, something else answers at this address";

const advices: readonly (readonly [RegExp, string])[] = [
  [
    /ECONNREFUSED/,
    "No SSH server listens there: start it (`systemctl status ssh` on the host), or correct address and port",
  ],
  [/ENOTFOUND|EAI_/, "Correct the address, or see to this machine's DNS"],
  [
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|imed out|aborted/,
    "Check that the host is up and its SSH server answers, the address, and VPN and firewalls on the way",
  ],
  [
    /before handshake|ECONNRESET|EPIPE|socket hang up/,
    "The SSH server hangs up: others may hold all the connections that it takes before a login (MaxStartups), or it" +
      " bans this address for a while; its log says which (`journalctl -u ssh` on the host)",
  ],
  [
    /authentication methods failed/,
    "The server refuses the private key: its public key must be in that user's authorized_keys",
  ],
];

function answer(client: Client, { command, stdin }: RemoteRun, late: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(why));
    };
    late.addEventListener("abort", () => {
      fail("late");
    });
    client.once("close", () => {
      fail("the connection was closed");
    });
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      const [printed, said] = [collected(channel), collected(channel.stderr)];
      channel.once("close", (code?: number | null) => {
        if (code === 0) resolve(printed());
        else fail(said().trim().slice(0, 400) || `the command ended with ${code ?? "no"} exit code`);
      });
      channel.end(stdin);
    });
  });
}

function collected(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    if (text.length < longestAnswer) text += chunk;
  });
  return () => text;
}

function clientConfig({ privateKey, ...server }: SshConnection): ConnectConfig {
  return { ...greetingConfig(server), privateKey: readable(privateKey) };
}

/** For a connection that ends before anybody logs in. */
export function greetingConfig({ host, port, user, hostKey }: SshServer): ConnectConfig {
  const [type = "", encoded = ""] = hostKey.trim().split(/\s+/);
  const expected = Buffer.from(encoded, "base64");
  return {
    host,
    port,
    username: user,
    // Whoever is out of the host's reach, such as a preview in CI, should not wait for long.
    readyTimeout: 8_000,
    // Just the expected key's own algorithm is offered, so that the server shows that key and no other.
    algorithms: { serverHostKey: hostKeyTypes.filter((known) => known === type) },
    hostVerifier: (shown: Buffer) => shown.equals(expected),
  };
}

const hostKeyTypes: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
];

/** The library reads OpenSSH's format and the older PEM ones, and not PKCS#8, which OpenSSL writes. */
function readable(privateKey: string): string {
  if (!privateKey.includes("-----BEGIN PRIVATE KEY-----")) return privateKey;
  const key = createPrivateKey(privateKey);
  const type = key.asymmetricKeyType ?? "an unknown type";
  if (type === "ed25519") return opensshEd25519(key);
  if (type === "rsa") return key.export({ type: "pkcs1", format: "pem" }).toString();
  if (type === "ec") return key.export({ type: "sec1", format: "pem" }).toString();
  throw new Error(
    `the private key is of ${type}, which SSH does not know. Make one with \`ssh-keygen -t ed25519 -N '' -f FILE\`,` +
      " and put its public key into that user's authorized_keys",
  );
}
