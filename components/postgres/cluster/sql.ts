import { Writable } from "node:stream";

import type { KubeConfig, V1Status } from "@kubernetes/client-node";

import { type KubernetesArgs, withDeadline, kubernetesClient, reasonOf } from "../../kubernetes/api.ts";
import { loggedInConfigOf } from "../../kubernetes/client.ts";

/**
 * What PostgreSQL answers: as the primary that takes writes, or in recovery. `forbidden`: the user may not run
 * commands in pods, so there is no telling.
 */
export type SqlAnswer =
  { answer: "primary" | "in recovery" | "forbidden" } | { answer: "none"; reason: string };

/** Asks an instance whether it is the primary. */
export async function askSql(
  kubernetes: KubernetesArgs,
  namespace: string,
  pod: string,
  timeoutMs: number,
): Promise<SqlAnswer> {
  const outcome = await runSql(kubernetes, { namespace, pod }, "select pg_is_in_recovery()", timeoutMs);
  if ("reason" in outcome) {
    return outcome.isForbidden ? { answer: "forbidden" } : { answer: "none", reason: outcome.reason };
  }
  if (outcome.text === "f") return { answer: "primary" };
  return outcome.text === "t" ? { answer: "in recovery" } : { answer: "none", reason: outcome.text };
}

interface Instance {
  namespace: string;
  pod: string;
}

/** What a statement prints, or why it did not run. */
export type SqlOutcome = { text: string } | { reason: string; isForbidden: boolean };

/** Runs a statement by psql in an instance's pod, as the superuser and as `kubectl exec` does. */
export async function runSql(
  kubernetes: KubernetesArgs,
  instance: Instance,
  statement: string,
  timeoutMs: number,
): Promise<SqlOutcome> {
  try {
    return await withDeadline(timeoutMs, async (deadline) =>
      psql(await loggedInConfigOf(kubernetes, deadline), instance, statement, deadline, timeoutMs),
    );
  } catch (error) {
    const reason = reasonOf(error);
    return { reason, isForbidden: /\b403\b/.test(reason) };
  }
}

async function psql(
  kube: KubeConfig,
  { namespace, pod }: Instance,
  statement: string,
  deadline: AbortSignal,
  timeoutMs: number,
): Promise<SqlOutcome> {
  const { Exec } = await kubernetesClient();
  limitHandshake(kube, timeoutMs);
  const output = new Collector();
  let status: V1Status | undefined;
  const end = (result: V1Status) => {
    status = result;
  };
  const socket: unknown = await new Exec(kube).exec(
    namespace,
    pod,
    "postgres",
    ["psql", "-U", "postgres", "-XAtc", statement],
    output,
    output,
    null,
    false,
    end,
  );
  await closed(socket, deadline);
  const text = output.text.trim();
  if (status?.status === "Success") return { text };
  return { reason: text || (status?.message ?? "the connection to the pod broke"), isForbidden: false };
}

/** What of the ws package's WebSocket is used here. */
interface Socket {
  readyState: number;
  terminate: () => void;
  once: (event: "close", listener: () => void) => unknown;
}

const isSocket = (value: unknown): value is Socket =>
  typeof value === "object" &&
  value !== null &&
  "terminate" in value &&
  "once" in value &&
  "readyState" in value;

/** Resolves once the connection is closed, by the other side or by the deadline. */
async function closed(socket: unknown, deadline: AbortSignal): Promise<void> {
  if (!isSocket(socket)) throw new Error("the Kubernetes client gave no WebSocket");
  const end = () => {
    socket.terminate();
  };
  deadline.addEventListener("abort", end);
  if (deadline.aborted) end();
  const closedState = 3;
  await new Promise<void>((resolve) => {
    socket.once("close", resolve);
    if (socket.readyState === closedState) resolve();
  });
}

/** The WebSocket's handshake has no end of its own, and no signal reaches it. */
function limitHandshake(kube: KubeConfig, handshakeTimeout: number): void {
  const apply = kube.applyToHTTPSOptions.bind(kube);
  kube.applyToHTTPSOptions = async (options) => {
    await apply(options);
    Object.assign(options, { handshakeTimeout });
  };
}

class Collector extends Writable {
  text = "";

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.text.length < 16_000) this.text += chunk.toString();
    done();
  }
}
