import { until } from "../../../lab/wait.ts";
import { must } from "../support/lab.ts";
import { setConfig } from "../support/stack.ts";
import { changeOfSecret, changeOfUser, destroyAgain, whenDestroyed, whenRefreshed } from "./changes.ts";
import type { Theme } from "./fault.ts";
import { hanging, killed } from "./machines.ts";

const ceph = (...args: string[]): Promise<string> => must("pve", ["ceph", ...args]);

const noMonitor = /no Ceph monitor answered within 5 s; check `ceph -s` and the mon daemons/;
const noOsd =
  /no OSD answered within 5 s: it is down, or the cluster is full; check `ceph osd tree` and `ceph df`/;

/** Ceph takes no more once an OSD is as full as that; it notices with the next report of the OSD. */
async function fullAt(near: string, backfill: string, full: string): Promise<void> {
  // In whatever order they are changed, for a moment they are out of order, which Ceph only warns of.
  await ceph("osd", "set-nearfull-ratio", near);
  await ceph("osd", "set-backfillfull-ratio", backfill);
  await ceph("osd", "set-full-ratio", full);
  const isFull = Number(full) < 0.5;
  const what = isFull ? "the cluster to be full" : "the cluster to have room again";
  await until({ what, timeoutMs: 90_000, intervalMs: 1_000 }, async () => {
    const health = await ceph("health", "detail");
    return health.includes("[ERR] OSD_FULL") === isFull || health;
  });
}

export const cephTheme: Theme = {
  title: "Ceph",
  notes: [
    "Each call of `radosgw-admin` gives monitors and OSDs 5 s, each script has 120 s, each S3 request 20 s. An OSD that is" +
      " down and a cluster that is full look the same from outside: requests hang. `destroy` does not need radosgw as long as" +
      " the bucket is protected.",
  ],
  faults: [
    {
      name: "Monitor killed",
      ...changeOfUser,
      cause: () => killed("ceph-mon"),
      says: [noMonitor],
      seconds: 120,
    },
    {
      name: "Monitor hangs (SIGSTOP)",
      ...changeOfUser,
      cause: () => hanging("ceph-mon"),
      says: [noMonitor],
      seconds: 120,
    },
    {
      name: "OSD killed",
      ...changeOfUser,
      cause: () => killed("ceph-osd"),
      says: [noOsd],
      seconds: 120,
    },
    {
      name: "Cluster full",
      ...changeOfUser,
      cause: async () => {
        await fullAt("0.00001", "0.00002", "0.00003");
        return () => fullAt("0.85", "0.9", "0.95");
      },
      says: [noOsd],
      seconds: 180,
    },
    {
      name: "radosgw killed",
      ...changeOfSecret,
      cause: () => killed("radosgw"),
      says: [
        /S3 network problem: .* refuses connections\. Check the port, and that the S3 server is running\./,
      ],
      seconds: 60,
    },
    {
      name: "radosgw hangs (SIGSTOP)",
      ...changeOfSecret,
      cause: () => hanging("radosgw"),
      says: [/S3 network problem: .* did not answer in time\. Check the address and firewalls, [^\n]*/],
      seconds: 90,
    },
    {
      name: "radosgw killed",
      ...whenRefreshed,
      cause: () => killed("radosgw"),
      says: [/reading S3 Bucket \(cnpg-backups\): [^\n]*refused[^\n]*/i],
      seconds: 90,
    },
    {
      name: "Monitor killed",
      ...whenDestroyed,
      cause: () => killed("ceph-mon"),
      says: [noMonitor],
      seconds: 120,
      byHand: destroyAgain,
    },
    {
      name: "OSD killed",
      ...whenDestroyed,
      cause: () => killed("ceph-osd"),
      says: [noOsd],
      seconds: 120,
    },
    {
      // The bucket is kept, and nothing else of the stack is in the object store.
      name: "radosgw killed",
      ...whenDestroyed,
      cause: () => killed("radosgw"),
      survives: true,
      says: [],
      seconds: 120,
    },
    {
      name: "Quota full",
      while: "the user's quota is lowered below what it stores",
      change: () => setConfig({ "cnpg-rgw:rgwUser.quota.maxSizeBytes": "1" }),
      cause: () => Promise.resolve(() => Promise.resolve()),
      says: [/S3 quota problem: .*: a quota of the user or the bucket is used up\. Raise it: .* by itself\./],
      seconds: 60,
      byHand: {
        what: "raising the quota in the config",
        how: () => setConfig({ "cnpg-rgw:rgwUser.quota.maxSizeBytes": "1073741824" }),
      },
    },
  ],
};
