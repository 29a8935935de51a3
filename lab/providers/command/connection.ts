import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { messageOf } from "../sdk/errors.ts";
import { handshakeFailed, unreadableKey } from "./ssh-failures.ts";
import type { Connection } from "./inputs.ts";
import { connectTcp } from "./tcp.ts";

const FIRST_DELAY_MS = 100;
const BACKOFF = 1.5;
const LONGEST_DELAY_MS = 5000;

/**
 * Connects, and tries again as often as the connection allows: whatever the failure, as the official provider. After
 * `timeoutSeconds` (0: no limit) there is no further attempt; one that is under way is not cut off.
 */
export async function dial(
  connection: Connection,
  { signal, timeoutSeconds }: { signal: AbortSignal; timeoutSeconds: number },
  report: (message: string) => void,
): Promise<Client> {
  const config = clientConfig(connection);
  const limit = connection.dialErrorLimit;
  const end = timeoutSeconds === 0 ? Infinity : Date.now() + timeoutSeconds * 1000;
  for (let failed = 0, delay = FIRST_DELAY_MS; ; delay = Math.min(delay * BACKOFF, LONGEST_DELAY_MS)) {
    signal.throwIfAborted();
    try {
      return await dialOnce(connection, config, signal);
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      if (limit !== -1 && failed > limit) throw gaveUp(limit, error);
      report(`Dial ${failed}/${limit === -1 ? "inf" : limit} failed: retrying`);
      await sleep(Math.max(0, Math.min(delay, end - Date.now())), undefined, { signal });
      if (Date.now() >= end) throw new Error("context deadline exceeded", { cause: error });
    }
  }
}

function gaveUp(attempts: number, error: unknown): Error {
  return new Error(`after ${attempts} failed attempts: ${messageOf(error)}`, { cause: error });
}

async function dialOnce(connection: Connection, config: ConnectConfig, signal: AbortSignal): Promise<Client> {
  const socket = await connectTcp(connection, signal);
  const client = new ssh2.Client();
  return new Promise<Client>((resolve, reject) => {
    const abort = () => {
      client.destroy();
      reject(new Error("cancelled"));
    };
    signal.addEventListener("abort", abort, { once: true });
    client.once("ready", () => {
      signal.removeEventListener("abort", abort);
      resolve(client);
    });
    // Also after "ready", where the running command reports it.
    client.on("error", (cause: Error) => {
      signal.removeEventListener("abort", abort);
      client.destroy();
      reject(handshakeFailed(cause));
    });
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) => {
      answer(prompts.map(() => config.password ?? ""));
    });
    client.connect({ ...config, sock: socket });
  });
}

function clientConfig(connection: Connection): ConnectConfig {
  const { user, password, privateKey, privateKeyPassword, hostKey } = connection;
  const agent = connection.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  if (privateKey !== undefined) refuseUnreadableKey(privateKey, privateKeyPassword);
  return {
    username: user,
    // `perDialTimeout` ends the connecting alone: a server that says nothing is waited for.
    readyTimeout: 0,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(privateKeyPassword === undefined ? {} : { passphrase: privateKeyPassword }),
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(agent === undefined || agent === "" ? {} : { agent }),
    ...(hostKey === undefined ? {} : hostKeyCheck(hostKey)),
  };
}

function refuseUnreadableKey(privateKey: string, passphrase: string | undefined): void {
  const parsed = ssh2.utils.parseKey(privateKey, passphrase);
  // The library's messages describe the format, never the key.
  if (parsed instanceof Error) throw new Error(unreadableKey(parsed.message));
}

const hostKeyTypes: readonly ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
];

// Only the expected key's own algorithm is offered, so that the server shows that key and no other.
function hostKeyCheck(hostKey: string): ConnectConfig {
  const [name, encoded] = hostKey.trim().split(/\s+/);
  const type = hostKeyTypes.find((known) => known === name);
  if (type === undefined || encoded === undefined) {
    throw new Error("failed to parse host key: ssh: no key found");
  }
  const expected = Buffer.from(encoded, "base64");
  return {
    algorithms: { serverHostKey: [type] },
    hostVerifier: (presented: Buffer) => presented.equals(expected),
  };
}
