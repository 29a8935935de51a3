import { requireLab } from "../shared/lab.ts";
import { publish } from "../shared/write.ts";
import { plotFile, pulumiPlot, pulumiReport } from "./report.ts";
import { requireNoOperator } from "./lifecycle.ts";
import { runPulumiBench } from "./run.ts";

export interface PulumiBenchOptions {
  readonly namespaces: readonly number[];
  readonly quick: boolean;
  readonly runs?: number;
  readonly output?: string;
}

export async function benchPulumi({ namespaces, quick, runs, output }: PulumiBenchOptions): Promise<void> {
  await requireLab();
  await requireNoOperator();
  const results = await runPulumiBench({
    namespaces,
    runs: runs ?? (quick ? 1 : 3),
    parallel: quick ? [16] : [1, 16, 128],
  });
  const page = { name: "pulumi-speed.md", text: pulumiReport(results) };
  await publish(output, { ...page, plotName: plotFile, plot: pulumiPlot(results) });
}
