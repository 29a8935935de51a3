import { labStatus } from "./status.ts";
import { duration } from "./progress.ts";
import type { StepResult } from "./progress.ts";
import { stackOutputs } from "./workstation/stack.ts";

const commands: readonly (readonly [command: string, what: string])[] = [
  ["npm run -s lab -- exec -- pulumi preview", "what a change to the program or to Pulumi.lab.yaml would do"],
  ["npm run -s lab -- exec -- pulumi up", "do it"],
  ["npm run -s lab -- exec -- kubectl get pods -A", "what runs on Kubernetes"],
  ["npm run -s lab -- exec --host pve -- radosgw-admin user list", "the users of the object store"],
  ["npm run -s lab -- status", "what runs"],
  ["npm run -s lab -- down", "stop it all; the disks stay"],
];

const show = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What was made, how long each step took, and what to try next. */
export async function summary(results: readonly StepResult[], seconds: number): Promise<string> {
  const rows = (cells: readonly (readonly [string, string])[]): string[] => {
    const width = Math.max(...cells.map(([first]) => first.length));
    return cells.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
  };
  const outputs = Object.entries(await stackOutputs());
  const parts = await labStatus();
  return [
    "",
    `The lab is up (${duration(seconds)}).`,
    ...rows(parts.map(({ part, host, detail }): [string, string] => [`${host}: ${part}`, detail])),
    "",
    "Stack lab:",
    ...rows(outputs.map(([name, value]): [string, string] => [name, show(value)])),
    "",
    "Time taken:",
    ...rows(
      results.map((r): [string, string] => [r.title, `${duration(r.seconds).padStart(12)}  ${r.outcome}`]),
    ),
    "",
    "Next:",
    ...rows(commands),
    "",
  ].join("\n");
}
