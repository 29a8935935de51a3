import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import { daemonLog, endedReason } from "../host/daemon.ts";
import { run } from "../host/run.ts";
import { LabError } from "../errors.ts";
import { until } from "../wait.ts";
import { adminKubeconfig, containerdSocket, program } from "./paths.ts";

export type Report = (status: string) => void;

/** For daemons: the same from every shell, and with sbin, which a plain `su` leaves out. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Writes a file unless it already says this: some daemons exit when their settings are touched. */
export function writeOnChange(file: string, text: string, mode = 0o644): void {
  try {
    if (readFileSync(file, "utf8") === text) return;
  } catch {
    // not there yet
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
}

export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  return run([program("bin/kubectl"), "--kubeconfig", adminKubeconfig, ...args], {
    host: "k8s",
    ...(input === undefined ? {} : { input }),
  });
}

/** An object of the cluster, or undefined when there is none. */
export async function getObject<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T | undefined> {
  const text = await kubectl(["get", ...args, "--ignore-not-found", "-o", "json"]);
  return text === "" ? undefined : schema.parse(JSON.parse(text));
}

/** Server-side, so that an object that is already as declared stays untouched. */
export async function applyObjects(objects: readonly unknown[]): Promise<void> {
  await applyManifest(objects.map((object) => stringify(object)).join("---\n"));
}

export async function applyManifest(manifest: string): Promise<void> {
  await kubectl(["apply", "--server-side", "--force-conflicts", "--field-manager=lab", "-f", "-"], manifest);
}

export async function ctr(args: readonly string[], timeoutMs = 60_000): Promise<string> {
  return run(["ctr", "--address", containerdSocket, "--namespace", "k8s.io", ...args], {
    env: { PATH: systemPath },
    timeoutMs,
  });
}

/** As {@link until}, and gives up as soon as the daemon that it depends on has ended. */
export async function untilReady(
  options: { daemon: string; what: string; timeoutMs: number; intervalMs?: number; report?: Report },
  probe: () => Promise<true | string>,
): Promise<void> {
  const { daemon, ...wait } = options;
  const logFile = daemonLog(daemon);
  const ended = new AbortController();
  await until({ ...wait, logFile, signal: ended.signal }, async () => {
    const reason = endedReason(daemon);
    if (reason !== undefined) {
      ended.abort(new LabError(`while waiting for ${wait.what}: ${reason}`, { logFile }));
      return reason;
    }
    return probe();
  });
}
