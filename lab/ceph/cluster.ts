import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ensureDaemon, stopDaemon } from "../host/daemon.ts";
import { logDir } from "../layout.ts";
import { setUpAdminAccount } from "./admin-account.ts";
import { cephConf, mutedWarnings } from "./config.ts";
import { makeStores, registerWithMonitor } from "./create.ts";
import { daemonNames, mon, others } from "./daemons.ts";
import { makePveFolders, pveDir, pveFile, putFile, runOnPve } from "./host.ts";
import { monitorReady, storageReady } from "./ready.ts";
import { setUpLogin } from "./sshd.ts";
import { endStrays } from "./strays.ts";
import { makeCertificates } from "./tls.ts";

type Report = (status: string) => void;

/** Written last: a host without it was never finished, so nothing in it can matter to anyone. */
const createdFile = join(pveDir, "created.json");
const createdSchema = z.object({ fsid: z.uuid() });

function created(): z.infer<typeof createdSchema> | undefined {
  return existsSync(createdFile)
    ? createdSchema.parse(JSON.parse(readFileSync(createdFile, "utf8")))
    : undefined;
}

/** Whether the host has its disk, which takes most of the room that the lab needs. */
export const isCephCreated = (): boolean => existsSync(createdFile);

/** In this order: what uses a part ends before it. */
export async function stopCeph(): Promise<void> {
  await Promise.all([
    stopDaemon(daemonNames.sshd, 2_000),
    stopDaemon(daemonNames.rgw, 3_000),
    stopDaemon(daemonNames.mgr, 3_000),
  ]);
  await stopDaemon(daemonNames.osd, 5_000);
  await stopDaemon(daemonNames.mon, 3_000);
}

async function writeConfig(fsid: string): Promise<void> {
  makePveFolders();
  putFile(pveFile("/etc/ceph/ceph.conf"), cephConf(fsid));
  await setUpLogin();
}

async function create(report: Report): Promise<void> {
  const log = join(logDir, "ceph-create.log");
  await stopCeph();
  await endStrays();
  rmSync(pveDir, { recursive: true, force: true });
  rmSync(log, { force: true });
  const fsid = randomUUID();
  report("making keys and disks");
  await writeConfig(fsid);
  await makeCertificates();
  const osdUuid = await makeStores(fsid, log);
  await ensureDaemon(mon());
  await monitorReady(report);
  report("registering the OSD");
  await registerWithMonitor(osdUuid, log);
  for (const daemon of others()) await ensureDaemon(daemon);
  await storageReady(report);
  report("setting up ceph-admin");
  await setUpAdminAccount();
  for (const warning of mutedWarnings) {
    await runOnPve(["ceph", "--connect-timeout=10", "health", "mute", warning, "--sticky"]);
  }
  putFile(createdFile, JSON.stringify({ fsid }));
}

/** Makes the Ceph host or starts what of it does not run, and waits until it serves S3 and logins. */
export async function ensureCeph(report: Report): Promise<"created" | "started" | "running"> {
  const existing = created();
  if (existing === undefined) {
    await create(report);
    return "created";
  }
  await writeConfig(existing.fsid);
  await endStrays();
  const outcomes = [];
  for (const daemon of [mon(), ...others()]) outcomes.push(await ensureDaemon(daemon));
  await monitorReady(report);
  await storageReady(report);
  await setUpAdminAccount();
  return outcomes.includes("started") ? "started" : "running";
}
