import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import { daemonLog, daemonPid } from "../host/daemon.ts";
import type { Daemon } from "../host/daemon.ts";
import { run } from "../host/run.ts";
import { LabError } from "../errors.ts";
import { until } from "../wait.ts";
import { adminKubeconfig, containerdSocket, kubectlCacheDir, program } from "./paths.ts";

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

/**
 * The environment of a daemon with a settings file. What a daemon was started with tells whether it must be started
 * anew, so the file's text has a part in it.
 */
export function daemonEnvironment(settings = ""): Record<string, string> {
  const digest = createHash("sha256").update(settings).digest("hex").slice(0, 12);
  return { PATH: systemPath, ...(settings === "" ? {} : { LAB_SETTINGS: digest }) };
}

export async function kubectl(args: readonly string[], input?: string): Promise<string> {
  return run(
    [program("bin/kubectl"), "--kubeconfig", adminKubeconfig, "--cache-dir", kubectlCacheDir, ...args],
    {
      host: "k8s",
      ...(input === undefined ? {} : { input }),
    },
  );
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

/** As {@link until}, and gives up as soon as one of the daemons that it depends on has ended; the first one's log is named. */
export async function untilReady(
  options: {
    daemons: readonly [Daemon, ...Daemon[]];
    what: string;
    timeoutMs: number;
    intervalMs?: number;
    report?: Report;
  },
  probe: () => Promise<true | string>,
): Promise<void> {
  const { daemons, ...wait } = options;
  const logFile = daemonLog(daemons[0].name);
  const ended = new AbortController();
  await until({ ...wait, logFile, signal: ended.signal }, async () => {
    const dead = daemons.find(({ name }) => daemonPid(name) === undefined);
    if (dead === undefined) return probe();
    const hint = { logFile: daemonLog(dead.name) };
    ended.abort(new LabError(`${dead.name} ended while the lab waited for ${wait.what}`, hint));
    return `${dead.name} has ended`;
  });
}
