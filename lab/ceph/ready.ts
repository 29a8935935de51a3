import { join } from "node:path";
import { daemonLog, endedReason } from "../host/daemon.ts";
import { run } from "../host/run.ts";
import { LabError } from "../errors.ts";
import { until } from "../wait.ts";
import { endpoints } from "./config.ts";
import { daemonNames } from "./daemons.ts";
import { caFile } from "./facts.ts";
import { runOnPve } from "./host.ts";
import { probeSshd } from "./sshd.ts";

type Report = (status: string) => void;
type Probe = () => Promise<true | string>;

/** Waits for a part, but no longer than its daemon lives. */
async function ready(daemon: string, what: string, report: Report, probe: Probe): Promise<void> {
  const abort = new AbortController();
  const logFile = daemonLog(daemon);
  const options = { what, timeoutMs: 90_000, intervalMs: 300, logFile, signal: abort.signal, report };
  await until(options, async () => {
    const outcome = await probe().catch((error: unknown) => lastLine(error));
    const ended = outcome === true ? undefined : endedReason(daemon);
    if (ended !== undefined) {
      abort.abort(new LabError(`${ended} (while waiting for ${what}: ${String(outcome)})`, { logFile }));
    }
    return outcome;
  });
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split("\n").at(-1) ?? "";
}

async function probeMonitor(): Promise<true> {
  await runOnPve(["ceph", "--connect-timeout=3", "mon", "stat"]);
  return true;
}

async function probeS3(): Promise<true | string> {
  const argv = [process.execPath, join(import.meta.dirname, "s3-probe.ts"), endpoints.http, endpoints.https];
  const said = await run(argv, { host: "pve", env: { NODE_EXTRA_CA_CERTS: caFile } });
  return said === "ready" || said;
}

/** RGW answers an anonymous request from memory; this one is read from the OSD. */
async function probeDisk(): Promise<true> {
  const bounds = ["--client-mount-timeout=5", "--rados-osd-op-timeout=5"];
  await runOnPve(["radosgw-admin", "metadata", "list", "user", ...bounds]);
  return true;
}

export const monitorReady = (report: Report): Promise<void> =>
  ready(daemonNames.mon, "the Ceph monitor", report, probeMonitor);

export async function storageReady(report: Report): Promise<void> {
  await Promise.all([
    ready(daemonNames.rgw, "RGW to answer S3 requests", report, probeS3),
    ready(daemonNames.osd, "the OSD to read and write", report, probeDisk),
    ready(daemonNames.sshd, "sshd on pve", report, probeSshd),
  ]);
}
