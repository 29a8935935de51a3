import { hosts } from "../layout.ts";

const address = hosts.pve.address;

export const ports = { s3Http: 7480, s3Https: 7443, ssh: 22 } as const;
export const endpoints = {
  http: `http://${address}:${String(ports.s3Http)}`,
  https: `https://${address}:${String(ports.s3Https)}`,
} as const;

/** Only what has to be known before the monitor answers, or differs by daemon; the rest is in {@link clusterConfig}. */
export function cephConf(fsid: string): string {
  return `[global]
fsid = ${fsid}
mon_initial_members = a
mon_host = [v2:${address}:3300,v1:${address}:6789]
public_addr = ${address}
cluster_addr = ${address}
auth_allow_insecure_global_id_reclaim = false
# One host: copies would go to different OSDs, not to different hosts.
osd_crush_chooseleaf_type = 0
pid_file =
log_to_file = false
mon_cluster_log_to_file = false
# Each of its lines is an fsync or a compaction of the key-value store.
debug_rocksdb = 1/5

[mon]
log_to_stderr = true
# The warning is about the machine's disk, which the lab shares with everything else.
mon_data_avail_warn = 5
mon_data_avail_crit = 2
mon_allow_pool_delete = true
# Not the usual one, restful: it needs bcrypt; see rootfs.ts.
mgr_initial_modules =

[mgr]
log_to_stderr = true
# Loaded only to ask for their options otherwise, each into a Python of its own.
mgr_disabled_modules = alerts,influx,insights,iostat,localpool,mirroring,nfs,osd_perf_query,osd_support,prometheus,restful,selftest,snap_schedule,stats,telegraf,test_orchestrator,zabbix

[osd]
log_to_stderr = true
# The least that Ceph accepts.
osd_memory_target = 939524096

[client]
admin_socket =

[client.rgw.a]
log_to_stderr = true
admin_socket = /run/ceph/$cluster-$name.asok
rgw_frontends = beast endpoint=${address}:${String(ports.s3Http)} ssl_endpoint=${address}:${String(ports.s3Https)} ssl_certificate=/etc/ceph/tls/server.crt ssl_private_key=/etc/ceph/tls/server.key
`;
}

/**
 * Kept by the monitor, as on any Ceph since 14, where `ceph config get` and the single-disk settings of this project
 * see it.
 */
export const clusterConfig = `[global]
mon_allow_pool_size_one = true
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pg_autoscale_mode = off
mon_max_pg_per_osd = 1000

[client.rgw]
# Deleted objects give their space back within minutes rather than hours.
rgw_gc_obj_min_wait = 60
rgw_gc_processor_period = 60
rgw_gc_processor_max_time = 60
`;

/** Warnings that a single disk earns and that its owner knows about. */
export const mutedWarnings = ["POOL_NO_REDUNDANCY", "TOO_FEW_OSDS"] as const;

/** Who may do what in Ceph, as arguments of ceph-authtool. */
export interface Identity {
  readonly name: string;
  readonly keyring: string;
  readonly owner: "ceph" | "root";
  readonly caps: Readonly<Record<string, string>>;
}

const all = { mon: "allow *", osd: "allow *", mgr: "allow *", mds: "allow *" };

/** Besides these there are those that `ceph-host/install.py` makes for ceph-admin. */
export const identities: readonly Identity[] = [
  { name: "client.admin", keyring: "/etc/ceph/ceph.client.admin.keyring", owner: "root", caps: all },
  {
    name: "mgr.a",
    keyring: "/var/lib/ceph/mgr/ceph-a/keyring",
    owner: "ceph",
    caps: { mon: "allow profile mgr", osd: "allow *", mds: "allow *" },
  },
  {
    name: "osd.0",
    keyring: "/var/lib/ceph/osd/ceph-0/keyring",
    owner: "ceph",
    caps: { mon: "allow profile osd", mgr: "allow profile osd", osd: "allow *" },
  },
  {
    name: "client.rgw.a",
    keyring: "/var/lib/ceph/radosgw/ceph-rgw.a/keyring",
    owner: "ceph",
    caps: { mon: "allow rw", osd: "allow rwx", mgr: "allow rw" },
  },
];
