import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Command } from "commander";

import { svgOf } from "../report/plot.ts";
import {
  type KubernetesArgs,
  type LiveDrill,
  drillName,
  drillNamespace,
  liveDrills,
  reasonOf,
} from "../components/internal.ts";
import { endOf, logOf, podOf, startDrill } from "./drill-kubernetes.ts";
import { historyPlot, historyReport, nameOf, runReport, statusTable } from "./drill-tables.ts";

interface Options extends KubernetesArgs {
  namespace: string;
}

const program = new Command("drill")
  .description("restore drills: how the last ones went, one now, and their history")
  .option("--namespace <name>", "namespace of the drills", drillNamespace)
  .option("--kubeconfig <file>", "default: $KUBECONFIG, or ~/.kube/config")
  .option("--context <name>", "context of the kubeconfig; default: its current one");

const options = (): Options => program.opts<Options>();

async function ended(work: Promise<number>): Promise<void> {
  process.exitCode = await work.catch((error: unknown) => {
    console.error(error instanceof Error && !("body" in error) ? error.message : reasonOf(error));
    return 1;
  });
}

program
  .command("status", { isDefault: true })
  .description("the last drill of each database; exit code 1: one failed or never ran")
  .action(() => ended(status()));
program
  .command("now")
  .description("runs the drill of a database at once; exit code 0: passed, 1: failed, 2: skipped")
  .argument("<database>", "its name, or NAMESPACE/NAME where several have it")
  .action((database: string) => ended(now(database)));
program
  .command("report")
  .description("the last 20 drills of each database")
  .option("--file <file.md>", "write Markdown there, and the plot of RPO and RTO beside it, as .svg")
  .action(({ file }: { file?: string }) => ended(report(file)));
await program.parseAsync();

async function found(): Promise<LiveDrill[]> {
  const drills = await liveDrills(options(), options().namespace);
  if (drills.length > 0) return drills;
  throw new Error(
    `There is no restore drill in namespace ${options().namespace}. Set another with --namespace.`,
  );
}

async function status(): Promise<number> {
  const drills = await found();
  console.log(statusTable(drills, new Date()));
  for (const {
    runs: [last],
  } of drills)
    if (last?.result === "failed") console.log(`\n${runReport(last)}`);
  return drills.every(({ runs: [last] }) => last !== undefined && last.result !== "failed") ? 0 : 1;
}

async function report(file: string | undefined): Promise<number> {
  const drills = await found();
  if (file === undefined) {
    console.log(historyReport(drills, new Date()));
    return 0;
  }
  const plot = `${file.replace(/\.md$/, "")}.svg`;
  writeFileSync(plot, await svgOf(historyPlot(drills)));
  writeFileSync(file, historyReport(drills, new Date(), basename(plot)));
  console.log(`Written: ${file}, ${plot}`);
  return 0;
}

/** The drill of a database, by its name alone where just one has it. */
function drillOf(database: string, drills: readonly LiveDrill[]): LiveDrill {
  const [namespace, name] = database.split("/");
  const known = drills.filter(({ drill, runs: [last] }) => {
    if (name !== undefined) return drill === drillName(namespace ?? "", name);
    return last === undefined ? drill.endsWith(`-${database}`) : last.database.endsWith(`/${database}`);
  });
  const [only] = known;
  if (only && known.length === 1) return only;
  const names = drills.map(nameOf).join(", ");
  throw new Error(
    `${known.length === 0 ? "No drill is" : "Several drills are"} of ${database}. There are: ${names}. Name one as NAMESPACE/NAME.`,
  );
}

async function now(database: string): Promise<number> {
  const { namespace } = options();
  const { drill, deadlineSeconds } = drillOf(database, await found());
  const job = await startDrill(options(), namespace, drill);
  console.log(`Job ${job} in namespace ${namespace}`);
  process.once("SIGINT", () => {
    console.log(
      `\nThe drill goes on. To follow it: kubectl -n ${namespace} logs -f job/${job}. To stop it, with all that it has ` +
        `restored: kubectl -n ${namespace} delete job ${job}`,
    );
    process.exit(130);
  });
  const end = await followed(namespace, job, deadlineSeconds + 300);
  const run = (await found()).find((each) => each.drill === drill)?.runs.find((each) => each.run === job);
  if (run === undefined) {
    console.log(`The drill ended (${end}) without a result: kubectl -n ${namespace} describe job ${job}`);
    return 1;
  }
  console.log(runReport(run));
  return { passed: 0, failed: 1, skipped: 2 }[run.result];
}

/** Prints the log as it grows, until the Job has ended; a question without an answer is asked again. */
async function followed(namespace: string, job: string, mostSeconds: number): Promise<string> {
  const deadline = Date.now() + mostSeconds * 1000;
  let printed = 0;
  let phase = "";
  while (Date.now() < deadline) {
    try {
      const end = await endOf(options(), namespace, job);
      const pod = await podOf(options(), namespace, job);
      if (pod && pod.phase !== phase) {
        phase = pod.phase;
        console.log(`pod ${pod.name}: ${phase}`);
      }
      const log = pod ? await logOf(options(), namespace, pod.name) : "";
      process.stdout.write(log.slice(printed));
      printed = Math.max(printed, log.length);
      if (end !== undefined) return end;
    } catch (error) {
      console.error(`Kubernetes does not answer (${reasonOf(error)}); asked again.`);
    }
    await sleep(2000);
  }
  throw new Error(
    `Job ${job} has not ended after ${mostSeconds} s: kubectl -n ${namespace} describe job ${job}`,
  );
}
