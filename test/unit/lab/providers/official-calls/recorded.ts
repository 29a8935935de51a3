import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Json = z.record(z.string(), z.unknown());

const RecordedCall = z.object({
  /** Of the recording: numbers are this project's program, `p` and `q` small programs without its hooks. */
  step: z.string(),
  provider: z.enum(["command", "kubernetes", "random"]),
  method: z.enum(["Check", "Create", "Delete", "Diff", "DiffConfig", "Read", "Update"]),
  type: z.string(),
  name: z.string(),
  request: Json,
  response: Json.nullable(),
  errors: z.array(z.string()).optional(),
  /** Who owned fields before an update, where the state did not know: from the answer to its preview. */
  found: z.array(Json).optional(),
});
/** A call of the real engine to an official plugin, and its answer. Secrets and varying values are placeholders. */
export type RecordedCall = z.infer<typeof RecordedCall>;

export function recordedCalls(file: string): RecordedCall[] {
  const text = readFileSync(join(import.meta.dirname, file), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => RecordedCall.parse(JSON.parse(line)));
}

export function nameOfCall({ step, method, type, name }: RecordedCall): string {
  return `${step}: ${method} ${type} ${name}`;
}
