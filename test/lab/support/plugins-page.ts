import { format } from "prettier";
import type { ChosenPlugin } from "../../../lab/workstation/chosen-plugins.ts";

/** One run of the lab's tests. */
export interface Run {
  /** `npm run …`. */
  readonly command: string;
  /** This project's, as git names it. */
  readonly commit: string;
  readonly plugins: readonly ChosenPlugin[];
  /** Nothing failed in it, hooks included. */
  readonly passed: boolean;
}

/** How the tests of one file ended. */
export interface FileResult {
  /** `01-provision.test.ts`. */
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const introduction = `# Which plugins this was tested with

\`LAB_PLUGINS=official npm run test:lab\` writes this page, from what ran and how it ended: all of it, once each
test file of the [lab](lab.md) has ended, or nothing. So does \`npm run test:full\` with the same setting. Tests
that always run on the lab's own plugins are not listed. A plugin's commit is that of its repository, as its binary
has it; "with changes" is one that was not built from that commit alone.
`;

/** docs/plugins.md; undefined as long as there is a test file without a result. */
export async function pluginsPage(
  run: Run,
  files: readonly string[],
  results: readonly FileResult[],
): Promise<string | undefined> {
  const listed = files.filter(runsOnChosenPlugins).toSorted();
  const rows = listed.map((file) => results.find((result) => result.file === file));
  if (rows.includes(undefined)) return undefined;
  const found = rows.filter((row) => row !== undefined);
  const text = [
    introduction.trimEnd(),
    `Last written by \`${run.command}\`, at commit ${run.commit}; the run ${run.passed ? "passed" : "failed"}.`,
    "## Plugins",
    table(
      ["Plugin", "Version", "Whose", "Commit"],
      run.plugins.map((plugin) => [plugin.name, plugin.version, whose(plugin), commitOf(plugin)]),
    ),
    "## Tests",
    table(["Test", "Result"], found.map(testRow)),
    ...(found.some(hasTakenOver) ? [takenOver] : []),
  ];
  return format(text.join("\n\n"), { parser: "markdown", printWidth: 110 });
}

const testFile = ".test.ts";

/** Those that begin with 00 bring the lab's own plugins themselves. */
const runsOnChosenPlugins = (file: string): boolean => !file.startsWith("00-");

const whose = ({ origin, why }: ChosenPlugin): string =>
  origin === "official" ? "official" : `the lab's own (${why ?? ""})`;

const commitOf = ({ origin, commit }: ChosenPlugin): string =>
  origin === "official" ? (commit ?? "not in its binary") : "this project's";

function testRow({ file, ...counts }: FileResult): readonly string[] {
  const parts = (["passed", "failed", "skipped"] as const).filter((part) => counts[part] > 0);
  const result = parts.map((part) => `${counts[part]} ${part}`).join(", ");
  return [file.slice(0, -testFile.length), result === "" ? "not run" : result];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((line) => `| ${line.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

/** The file that shows what `takenOver` says. */
const takenOverTest = `19-plugins-taken-over${testFile}`;

const hasTakenOver = ({ file, passed, failed, skipped }: FileResult): boolean =>
  file === takenOverTest && passed > 0 && failed === 0 && skipped === 0;

const takenOver = `## From the lab's own plugins to the official ones

A stack that the lab's own plugins made can be taken over by the official ones. The first \`pulumi up\` with them
updates in place at most:

- commands on the Ceph host, whose \`connection\` differs. The command runs again and finds nothing to change;
- the operator's Helm release;
- the Barman Cloud plugin's custom resource definition.

Nothing is replaced or deleted. The next preview shows no change.`;
