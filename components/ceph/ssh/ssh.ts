import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";

import ssh2 from "ssh2";
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import { z } from "zod";

import { advised } from "./advice.ts";
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
  // An error that comes when nothing waits for it any more must not end the program.
  client.on("error", () => undefined);
  let isLoggedIn = false;
  try {
    const ready = once(client, "ready", { signal: late });
    // If the library refuses the key, nothing awaits this promise, and its rejection must not end the program.
    ready.catch(() => undefined);
    client.connect(clientConfig(connection));
    await ready;
    isLoggedIn = true;
    return await answer(client, run, late);
  } catch (error) {
    // What the command printed has its own advice.
    const failure = isLoggedIn && error instanceof Error ? error.message : advised(error);
    const why = late.aborted ? `no answer within ${run.seconds} s` : failure;
    throw new Error(`ssh ${connection.user}@${connection.host} port ${connection.port}: ${why}`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

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

/** For a connection that ends before the login. */
export function greetingConfig({ host, port, user, hostKey }: SshServer): ConnectConfig {
  const [type = "", encoded = ""] = hostKey.trim().split(/\s+/);
  const expected = Buffer.from(encoded, "base64");
  return {
    host,
    port,
    username: user,
    // A preview that cannot reach the host, as in CI, should not wait for long.
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
    `SSH does not support private keys of type ${type}. Make one with \`ssh-keygen -t ed25519 -N '' -f FILE\`,` +
      " and add its public key to that user's authorized_keys",
  );
}
