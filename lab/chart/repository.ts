import { join } from "node:path";
import { artifactDir } from "../build/artifact.ts";
import { daemonLog, ensureDaemon } from "../host/daemon.ts";
import type { Daemon } from "../host/daemon.ts";
import { run } from "../host/run.ts";
import { chartRepository } from "../kubernetes/facts.ts";
import { until } from "../wait.ts";
import { operatorChart } from "./chart.ts";

const { hostname, port } = new URL(chartRepository);

export const chartServer: Daemon = {
  name: "chart-repository",
  host: "workstation",
  argv: [
    process.execPath,
    join(import.meta.dirname, "server.ts"),
    artifactDir(operatorChart),
    hostname,
    port,
  ],
};

const download = "const { ok, status } = await fetch(process.argv[1]); if (!ok) throw new Error(status);";

export async function chartRepositoryReadiness(): Promise<true | string> {
  await run([process.execPath, "--input-type=module", "-e", download, `${chartRepository}/index.yaml`], {
    host: "workstation",
  });
  return true;
}

export async function ensureChartRepository(): Promise<void> {
  await ensureDaemon(chartServer);
  await until(
    { what: "the chart repository", timeoutMs: 20_000, logFile: daemonLog(chartServer.name) },
    chartRepositoryReadiness,
  );
}
