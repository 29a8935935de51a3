import { randomUUID } from "node:crypto";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "../errors.ts";
import { hosts, stateDir } from "../layout.ts";
import { clusterConfig, identities } from "./config.ts";
import type { Identity } from "./config.ts";
import { pveFile, putFile, runOnPve } from "./host.ts";

const gib = 1024 ** 3;
const smallest = 4 * gib;
const largest = 20 * gib;

/**
 * The size of the OSD's sparse file. Half of what is free at most: a full disk of the machine aborts the OSD, a full
 * OSD merely refuses to write.
 */
export function osdSize(free: number): number {
  const size = Math.min(largest, Math.floor(free / 2 / gib) * gib);
  if (size >= smallest) return size;
  const missing = (2 * smallest - free) / gib;
  throw new LabError(`Ceph's disk needs ${String((2 * smallest) / gib)} GiB free in ${stateDir}`, {
    hint: `free ${missing.toFixed(1)} GiB more, or set XDG_STATE_HOME to a folder on a larger disk`,
  });
}

const monmap = "/etc/ceph/monmap";
const initialKeyring = "/etc/ceph/initial.keyring";

/** Shell lines that make an identity's keyring and add it to those that the monitor knows from its start. */
function makeIdentity({ name, keyring, owner, caps }: Identity): string {
  const granted = Object.entries(caps).map(([service, cap]) => `--cap ${service} '${cap}'`);
  return `install -d -o ${owner} -g ${owner} ${dirname(keyring)}
ceph-authtool --create-keyring ${keyring} --gen-key --name ${name} ${granted.join(" ")}
chown ${owner}:${owner} ${keyring}
ceph-authtool ${initialKeyring} --import-keyring ${keyring}`;
}

/** What can be made while no daemon runs: keys, the monitor's store and the OSD's disk, whose UUID it returns. */
export async function makeStores(fsid: string, log: string): Promise<string> {
  const free = statfsSync(pveFile("/"));
  const osdUuid = randomUUID();
  const addresses = `[v2:${hosts.pve.address}:3300,v1:${hosts.pve.address}:6789]`;
  const script = `set -eu
ceph-authtool --create-keyring ${initialKeyring} --gen-key --name mon. --cap mon 'allow *'
${identities.map(makeIdentity).join("\n")}
monmaptool --create --addv a '${addresses}' --fsid ${fsid} ${monmap}
chown ceph:ceph ${initialKeyring} ${monmap} /run/ceph /var/lib/ceph
install -d -o ceph -g ceph /var/lib/ceph/mon /var/lib/ceph/crash/posted
ceph-mon --mkfs --id a --monmap ${monmap} --keyring ${initialKeyring} --setuser ceph --setgroup ceph
ceph-osd --mkfs --id 0 --osd-uuid ${osdUuid} --monmap ${monmap} --no-mon-config --bluestore-block-size ${String(osdSize(free.bavail * free.bsize))} --setuser ceph --setgroup ceph
rm ${initialKeyring} ${monmap}
`;
  await runOnPve(["sh", "-c", script], { log, timeoutMs: 120_000 });
  return osdUuid;
}

/** The rest, which the monitor keeps; it has to run, and nothing else may have started before this. */
export async function registerWithMonitor(osdUuid: string, log: string): Promise<void> {
  const settings = "/etc/ceph/initial.conf";
  putFile(pveFile(settings), clusterConfig);
  const script = `set -eu
ceph --connect-timeout=10 config assimilate-conf -i ${settings}
ceph --connect-timeout=10 osd new ${osdUuid} 0
rm ${settings}
`;
  await runOnPve(["sh", "-c", script], { log });
}
