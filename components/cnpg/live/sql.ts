import { Writable } from "node:stream";

import { Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";

import { type ClusterArgs, inTime, kubeConfigOf, reasonOf } from "../kube-api.ts";

/**
 * What PostgreSQL answers: as the primary that takes writes, or in recovery. `forbidden`: the user may not run
 * commands in pods, so there is no telling.
 */
export type SqlAnswer =
  { answer: "primary" | "in recovery" | "forbidden" } | { answer: "none"; reason: string };

const query = ["psql", "-U", "postgres", "-XAtc", "select pg_is_in_recovery()"];

/** Asks an instance by psql in its pod, as `kubectl exec` does. */
export async function askSql(
  cluster: ClusterArgs,
  namespace: string,
  pod: string,
  timeoutMs: number,
): Promise<SqlAnswer> {
  try {
    return await inTime(timeoutMs, (deadline) =>
      psql(kubeConfigOf(cluster), namespace, pod, deadline, timeoutMs),
    );
  } catch (error) {
    const reason = reasonOf(error);
    return /\b403\b/.test(reason) ? { answer: "forbidden" } : { answer: "none", reason };
  }
}

async function psql(
  kube: KubeConfig,
  namespace: string,
  pod: string,
  deadline: AbortSignal,
  timeoutMs: number,
): Promise<SqlAnswer> {
  limitHandshake(kube, timeoutMs);
  const output = new Collector();
  let status: V1Status | undefined;
  const socket = await new Exec(kube).exec(
    namespace,
    pod,
    "postgres",
    query,
    output,
    output,
    null,
    false,
    (end) => {
      status = end;
    },
  );
  const end = () => {
    socket.terminate();
  };
  deadline.addEventListener("abort", end);
  if (deadline.aborted) end();
  await new Promise((resolve) => {
    socket.addEventListener("close", resolve);
    if (socket.readyState === socket.CLOSED) resolve(undefined);
  });
  const text = output.text.trim();
  if (status?.status === "Success" && text === "f") return { answer: "primary" };
  if (status?.status === "Success" && text === "t") return { answer: "in recovery" };
  return { answer: "none", reason: text || (status?.message ?? "the connection to the pod broke") };
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
    if (this.text.length < 1_000) this.text += chunk.toString();
    done();
  }
}
