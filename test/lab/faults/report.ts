import { format } from "prettier";
import { titleOf } from "./fault.ts";
import type { Fault, Theme } from "./fault.ts";
import { recoveries } from "./recoveries.ts";
import type { Row } from "./rows.ts";

const introduction = `# Faults

What happens when something fails while \`pulumi up\`, \`refresh\` or \`destroy\` runs. This page is written by
\`npm run test:full\`, which causes each of these faults on [the lab](lab.md), and checks that the command ends within the
time given, that it prints what is quoted here, no stack trace and no secret (nor is there one in Kubernetes' events, in
the command line of a process on any host, or in the homes, shell histories included, and temporary folders of the Ceph
host), and that, once the fault is mended, the next \`pulumi up\` brings the stack to what is declared, with
\`pulumi preview --expect-no-changes\` after it. Where a quote shows \`…\`, it has a name or a time that is another one
each time. What cannot work however well everything runs, such as settings that contradict each other, is on
[a page of its own](mistakes.md).
`;

const notHandled = `## What is not handled

- An SSH server that takes a connection and says nothing, in \`pulumi destroy\`: the engine does not run the program
  there, and the command provider has no deadline for the SSH handshake. Ctrl-C ends it, and the next
  \`pulumi destroy\` goes on. \`up\` is not concerned: the program asks the server first.
- A connection that is lost when a script is at work on the Ceph host: the command provider heeds \`customTimeouts\` only
  between its attempts to connect. What ends it is TCP: after two and a half minutes, or a quarter of an hour where data
  were on their way. Ctrl-C twice ends it, too.
- Secrets in a debug log of the highest level: at \`-v=9\` and above, Pulumi's engine writes out every value. \`--debug\` and
  levels up to 7 hold none.
- A backend of files (\`file://…\`) whose engine was killed while it wrote the state. The library below it writes a
  second file, \`STACK.json.attrs\`, and not at one stroke; every later command then says
  \`failed to load checkpoint: EOF\`. Delete that file below \`.pulumi/stacks\`. With \`?metadata=skip\` at the end of the
  backend's URL, as in the lab, there is none.
- An image of the operator's that is not to be had ends only with Helm's timeout: a provider's work cannot be broken off
  from the program.
- A full cluster and an OSD that is down are not told apart: the SSH user may run \`radosgw-admin\` and nothing else.
- What a provider reports in its own words names the part, such as the address of the API server, and not always what to
  do.
- A Helm that is broken off, or that goes on without its engine, needs the one command that the message gives: whether
  another Helm is at work just now cannot be seen from outside. A \`destroy\` after one that was killed while Helm took the
  release away may say \`release: not found\`: \`pulumi destroy --refresh\` looks first.
`;

/** docs/faults.md; undefined as long as there is a fault that has not been caused. `plugins`: whose have run. */
export async function report(
  themes: readonly Theme[],
  rows: ReadonlyMap<string, Row>,
  plugins: string,
): Promise<string | undefined> {
  const sections = themes.map(({ title, notes, faults }) => {
    const lines = faults.map((fault) => cells(fault, rows.get(titleOf(fault))));
    return lines.includes(undefined) ? undefined : [`## ${title}`, ...notes, table(lines)].join("\n\n");
  });
  if (sections.includes(undefined)) return undefined;
  const whose = `${plugins}.`;
  return format([introduction.trimEnd(), whose, ...sections, recoveries, notHandled].join("\n\n"), {
    parser: "markdown",
    printWidth: 110,
  });
}

const head = ["Fault", "While", "What the user sees", "Ends within", "Took", "The next `up`"];

function cells(fault: Fault, row: Row | undefined): readonly string[] | undefined {
  if (row === undefined) return undefined;
  return [
    fault.name,
    `\`${(fault.command ?? ["up"])[0] ?? "up"}\`: ${fault.while}`,
    `${fault.survives === true ? "It gets over it. " : ""}${row.seen.map((text) => `"${steady(text)}"`).join(" and ")}`,
    `${fault.seconds} s`,
    classOf(row.took, fault.seconds),
    `${fault.byHand === undefined ? "" : `after ${fault.byHand.what}: `}${nextOf(fault, row)}`,
  ];
}

/** How far a `destroy` came before it met its fault depends on the machine. */
const nextOf = (fault: Fault, { next }: Row): string =>
  fault.command?.[0] === "destroy" && next.includes("created") ? "what was gone was made again" : next;

const volatile: readonly RegExp[] = [
  // UUIDs and times.
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g,
  // What Kubernetes puts behind the name of a Deployment.
  /(?<=-)[bcdf-hj-np-tv-xz2456789]{6,10}-[bcdf-hj-np-tv-xz2456789]{5}(?![\w-])/g,
  // What each change of the Secret counts on: see changes.ts.
  /(?<=\/lab\/fault-)\d+/g,
];

/** A quote without what is another one each time, so that a page that was made again differs where users see more. */
export const steady = (quote: string): string =>
  volatile.reduce((text, part) => text.replaceAll(part, "…"), quote);

function table(lines: readonly (readonly string[] | undefined)[]): string {
  return [head, head.map(() => "---"), ...lines.filter((line) => line !== undefined)]
    .map((line) => `| ${line.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

const classes = [10, 30, 60, 120, 300, 600];

/** Not the seconds themselves, which are this machine's. */
function classOf(seconds: number, bound: number): string {
  return `≤ ${Math.min(bound, ...classes.filter((each) => seconds <= each))} s`;
}
