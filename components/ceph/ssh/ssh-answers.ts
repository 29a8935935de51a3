import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import ssh2 from "ssh2";
import { z } from "zod";

import { settled } from "../../pulumi/outputs.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import { advised, isAnotherServer } from "./advice.ts";
import { greetingConfig } from "./ssh.ts";
import type { SshServer } from "./ssh.ts";

/** For a command: before the engine runs it, and only if it has to, the server must answer. See `untilSshAnswers`. */
export function sshAnswersFirst(
  name: string,
  connection: types.input.remote.ConnectionArgs,
): { hooks?: pulumi.ResourceHookBinding } {
  if (isMocked()) return {};
  const answers = new pulumi.ResourceHook(`${name}-ssh`, async () => {
    await untilSshAnswers(server.parse(await settled(connection)));
  });
  return { hooks: { beforeCreate: [answers], beforeUpdate: [answers] } };
}

/** What is known of the server once the connection's inputs are; no secret. */
export const server = z.object({ host: z.string(), port: z.number(), user: z.string(), hostKey: z.string() });

const secondsPerTry = 8;
/** For how long a host that refuses connections is asked again: it is up, and its server may be starting. */
const secondsWhileRefused = 10;

/**
 * Resolves once an SSH server shows the expected key, without logging in. A server that is down, is restarting or turns
 * connections away gets some time; then an error says what to do. Without this, the provider that runs the commands
 * would wait without end for a server that accepts a connection and says nothing.
 */
export async function untilSshAnswers(server: SshServer, seconds = 40): Promise<void> {
  const started = Date.now();
  for (;;) {
    try {
      await greeted(server);
      return;
    } catch (error) {
      const patience = isRefused(error) ? Math.min(seconds, secondsWhileRefused) : seconds;
      if (isAnotherServer(error) || Date.now() - started >= patience * 1000) {
        const what = `ssh ${server.user}@${server.host} port ${server.port}: ${advised(error)}`;
        throw new Error(what, { cause: error });
      }
      await sleep(1000);
    }
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("ECONNREFUSED");

async function greeted(server: SshServer): Promise<void> {
  const client = new ssh2.Client();
  const late = AbortSignal.timeout(secondsPerTry * 1000);
  client.on("error", () => undefined);
  try {
    const done = once(client, "handshake", { signal: late });
    client.connect(greetingConfig(server));
    await done;
  } catch (error) {
    throw late.aborted
      ? new Error(`timed out: no answer within ${secondsPerTry} s`, { cause: error })
      : error;
  } finally {
    client.destroy();
  }
}
