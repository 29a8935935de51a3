import { z } from "zod";
import { daemonLog, daemonPid } from "../host/daemon.ts";
import type { PartStatus } from "../part-status.ts";
import { messageOf } from "../errors.ts";
import { endpoints, ports } from "./config.ts";
import { daemonNames } from "./daemons.ts";
import { runOnPve } from "./host.ts";

const healthSchema = z.object({
  status: z.string(),
  checks: z.record(z.string(), z.object({ summary: z.object({ message: z.string() }), muted: z.boolean() })),
});

/** e.g. "HEALTH_OK", or the warnings in words. */
async function health(): Promise<string> {
  if (daemonPid(daemonNames.mon) === undefined) return "the monitor is down";
  try {
    const argv = ["ceph", "--connect-timeout=3", "health", "--format=json"];
    const { status, checks } = healthSchema.parse(JSON.parse(await runOnPve(argv, { timeoutMs: 10_000 })));
    const warnings = Object.values(checks).filter((check) => !check.muted);
    return [status, ...warnings.map((check) => check.summary.message)].join("; ");
  } catch (error) {
    return `no answer from the monitor: ${messageOf(error).split("\n").at(-1) ?? ""}`;
  }
}

function daemonStatus(name: string, detail?: string): PartStatus {
  const pid = daemonPid(name);
  return {
    part: name,
    host: "pve",
    up: pid !== undefined,
    detail: pid === undefined ? `not running; log: ${daemonLog(name)}` : (detail ?? `pid ${pid}`),
  };
}

export async function cephStatus(): Promise<PartStatus[]> {
  const word = await health();
  return [
    daemonStatus(daemonNames.mon, word),
    daemonStatus(daemonNames.mgr),
    daemonStatus(daemonNames.osd),
    daemonStatus(daemonNames.rgw, `S3 at ${endpoints.http} and ${endpoints.https}`),
    daemonStatus(daemonNames.sshd, `port ${String(ports.ssh)}`),
  ];
}
