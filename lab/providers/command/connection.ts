import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { Connection } from "./inputs.ts";

const FIRST_DELAY_MS = 100;
const BACKOFF = 1.5;
const LONGEST_DELAY_MS = 5000;

/** Connects, and tries again as often as the connection allows: whatever the failure, as the official provider. */
export async function dial(
  connection: Connection,
  signal: AbortSignal,
  report: (message: string) => void,
): Promise<Client> {
  const config = clientConfig(connection);
  const limit = connection.dialErrorLimit;
  for (let failed = 0, delay = FIRST_DELAY_MS; ; delay = Math.min(delay * BACKOFF, LONGEST_DELAY_MS)) {
    signal.throwIfAborted();
    try {
      return await dialOnce(config, signal);
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      if (limit !== -1 && failed > limit) throw gaveUp(connection, limit, error);
      report(`Dial ${failed}/${limit === -1 ? "inf" : limit} failed: retrying`);
      await sleep(delay, undefined, { signal });
    }
  }
}

function gaveUp(connection: Connection, attempts: number, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const { user, host, port } = connection;
  return new Error(`after ${attempts} failed attempts: ssh ${user}@${host} port ${port}: ${reason}`);
}

function dialOnce(config: ConnectConfig, signal: AbortSignal): Promise<Client> {
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
      const error = explainHostKey(cause);
      signal.removeEventListener("abort", abort);
      client.destroy();
      reject(error);
    });
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) => {
      answer(prompts.map(() => config.password ?? ""));
    });
    client.connect(config);
  });
}

function explainHostKey(error: Error): Error {
  if (!error.message.includes("verification failed")) return error;
  return new Error("ssh: host key mismatch: the host's key is not connection.hostKey", { cause: error });
}

function clientConfig(connection: Connection): ConnectConfig {
  const { host, port, user, password, privateKey, privateKeyPassword, hostKey, perDialTimeout } = connection;
  const agent = connection.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  if (privateKey !== undefined) refuseUnreadableKey(privateKey, privateKeyPassword);
  return {
    host,
    port,
    username: user,
    readyTimeout: perDialTimeout * 1000,
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
  if (parsed instanceof Error) throw new Error(`connection.privateKey: ${parsed.message}`);
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
    throw new Error(
      "connection.hostKey: failed to parse host key: expected '<type> <base64>', as in authorized_keys",
    );
  }
  const expected = Buffer.from(encoded, "base64");
  return {
    algorithms: { serverHostKey: [type] },
    hostVerifier: (presented: Buffer) => presented.equals(expected),
  };
}
