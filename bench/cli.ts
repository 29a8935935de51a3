import { Command, InvalidArgumentError } from "commander";
import { failureText } from "../lab/failure.ts";
import { checkout } from "../lab/layout.ts";
import { join } from "node:path";
import { benchArchive } from "./archive/index.ts";
import { benchBackup } from "./backup/index.ts";
import { benchPulumi } from "./pulumi/index.ts";

/** Flags to options, nothing else. */
const program = new Command("bench")
  .description("Measures backups and the Pulumi program on the lab, and writes what it finds into docs/.")
  .showHelpAfterError();

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("a whole number, at least 1");
  return number;
}

async function exitWith(action: Promise<void>): Promise<void> {
  await action.catch((error: unknown) => {
    process.stderr.write(failureText(error));
    process.exitCode = 1;
  });
}

function positives(text: string): number[] {
  return text.split(",").map(positive);
}

interface Options {
  readonly quick: boolean;
  readonly runs?: number;
  readonly output?: string;
}

/** Figures of a quick run are not for the docs. */
const folderOf = ({ quick, output }: Options): { output?: string } => {
  const folder = output ?? (quick ? undefined : join(checkout, "docs"));
  return folder === undefined ? {} : { output: folder };
};

const outputOption = "--output <folder>";
const outputHelp =
  "where the page and its plot go (default: docs, or with --quick the terminal, without a plot)";

program
  .command("backup")
  .description("base backups, WAL archiving and restore by setting, against gzip and a raw S3 loop")
  .option("--quick", "a small database and few settings: to see that it works, not to measure", false)
  .option("--runs <number>", "how often each is measured; the median counts (default: 3, quick: 1)", positive)
  .option(outputOption, outputHelp)
  .action((options: Options) => exitWith(benchBackup({ ...options, ...folderOf(options) })));

program
  .command("pulumi")
  .description("preview, up and destroy of this program, against a flat one with the same resources")
  .option("--namespaces <numbers>", "how many, separated by commas", positives, [10, 100, 300])
  .option("--quick", "one run each: to see that it works, not to measure", false)
  .option("--runs <number>", "how often each is measured; the median counts (default: 3, quick: 1)", positive)
  .option(outputOption, outputHelp)
  .action((options: Options & { namespaces: number[] }) =>
    exitWith(benchPulumi({ ...options, ...folderOf(options) })),
  );

program
  .command("archive")
  .description("time and memory of `npm run archive` by the number of WAL objects; needs no lab")
  .option("--objects <numbers>", "how many, separated by commas", positives, [10_000, 100_000, 1_000_000])
  .option("--heap <MiB>", "limit of V8's old space (default: Node's own)", positive)
  .action((options: { objects: number[]; heap?: number }) => exitWith(benchArchive(options)));

await program.parseAsync();
