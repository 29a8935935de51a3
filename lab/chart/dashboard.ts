interface Panel {
  readonly title: string;
  readonly expr: string;
  readonly unit?: string;
}

const panels: readonly Panel[] = [
  { title: "Instances that are up", expr: "sum by (namespace, cluster) (cnpg_collector_up)" },
  { title: "Replication lag", expr: "max by (namespace, pod) (cnpg_pg_replication_lag)", unit: "s" },
  {
    title: "WAL files that could not be archived",
    expr: "sum by (namespace, pod) (increase(cnpg_pg_stat_archiver_failed_count[1h]))",
  },
  {
    title: "Since the last archived WAL file",
    expr: "max by (namespace, pod) (cnpg_pg_stat_archiver_seconds_since_last_archival)",
    unit: "s",
  },
];

/** A small Grafana dashboard in place of the official one, which is a chart of its own. */
export function dashboard(): string {
  return JSON.stringify(
    {
      title: "CloudNativePG",
      uid: "cloudnative-pg",
      tags: ["cloudnative-pg"],
      schemaVersion: 39,
      time: { from: "now-6h", to: "now" },
      panels: panels.map(({ title, expr, unit = "none" }, index) => ({
        id: index + 1,
        type: "timeseries",
        title,
        gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
        fieldConfig: { defaults: { unit }, overrides: [] },
        targets: [{ refId: "A", expr }],
      })),
    },
    undefined,
    2,
  );
}
