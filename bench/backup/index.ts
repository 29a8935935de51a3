import { requireLab } from "../shared/lab.ts";
import { publish } from "../shared/write.ts";
import { backupPlot, backupReport, plotFile } from "./report.ts";
import { runBackupBench } from "./run.ts";
import { full, quick } from "./settings.ts";

export interface BackupBenchOptions {
  readonly quick: boolean;
  readonly runs?: number;
  readonly output?: string;
}

export async function benchBackup({ quick: isQuick, runs, output }: BackupBenchOptions): Promise<void> {
  await requireLab();
  const scale = isQuick ? quick : full;
  const results = await runBackupBench({ ...scale, runs: runs ?? scale.runs });
  const page = { name: "backup-speed.md", text: backupReport(results) };
  await publish(output, { ...page, plotName: plotFile, plot: backupPlot(results) });
}
