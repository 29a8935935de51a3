import { z } from "zod";

const text = z.string().nullable().default(null);
const figure = z.number().nullable().default(null);

/** One check of the restored data. `skipped` says in `detail` why it was not made. */
const checkSchema = z.object({ result: z.enum(["passed", "failed", "skipped"]), detail: text });

/** Seconds of each step that was reached. */
const secondsSchema = z.object({
  look: figure,
  marker: figure,
  base: figure,
  replay: figure,
  checks: figure,
  cleanUp: figure,
});

/** One run of a drill, as scripts/result.py writes it: the contract of the ConfigMap with every reader. */
export const runSchema = z.object({
  /** Name of the Job that ran it. */
  run: z.string(),
  /** `<namespace>/<cluster>` of the database. */
  database: z.string(),
  result: z.enum(["passed", "failed", "skipped"]),
  /** Why it failed or was skipped, one of the reasons of scripts/reasons.py; null if it passed. */
  reason: text,
  /** What was seen, up to when data can be had, and what to do. */
  detail: text,
  /** `latest`, or the moment that was restored, in ISO 8601, UTC. */
  moment: text,
  backupId: text,
  serverName: text,
  /** The timeline of the restored data before it was promoted. */
  timeline: figure,
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  seconds: secondsSchema.prefault({}),
  /** From the request for the restore until the restored database answered. */
  recoverySeconds: figure,
  /** How old the newest restored data were when the run started to look for them. */
  dataLossSeconds: figure,
  databaseBytes: figure,
  checks: z.record(z.string(), checkSchema).default({}),
});

export type Run = z.output<typeof runSchema>;

/**
 * The runs in `runs.json` of a drill's ConfigMap, newest first. Without a value there was no run yet.
 * Throws an Error that says what of it cannot be read.
 */
export function parseRuns(json: string | undefined): Run[] {
  if (json === undefined || json.trim() === "") {
    return [];
  }
  const read = z.array(runSchema).safeParse(parsed(json));
  if (!read.success) {
    throw new Error(`runs.json is not a list of drill runs: ${z.prettifyError(read.error)}`);
  }
  return read.data;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error("runs.json is not JSON", { cause: error });
  }
}
