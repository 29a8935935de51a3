import { z } from "zod";

import { withoutSecrets } from "../../text/masked.ts";

/** A log line as the operator, the plugin and PostgreSQL (in `record`) write it into their containers' logs. */
const logLine = z.object({
  level: z.string().optional(),
  logger: z.string().optional(),
  msg: z.string().optional(),
  error: z.unknown().optional(),
  stderr: z.string().optional(),
  record: z
    .object({
      error_severity: z.string().optional(),
      message: z.string().optional(),
      detail: z.string().optional(),
      hint: z.string().optional(),
      backend_type: z.string().optional(),
    })
    .optional(),
});
type LogLine = z.infer<typeof logLine>;

const longest = 400;

/** Whether PostgreSQL or barman-cloud says in a log that it does something, and not why it cannot. */
export const isAtWork = (log: string): boolean =>
  log.split("\n").some((line) => {
    const { logger = "", record, msg = "" } = parse(line) ?? {};
    if (record) return record.error_severity === "LOG";
    return /^(barman-cloud|wal-|pg_)/.test(logger) && !saysError(msg);
  });

/** The lines of a container's log that say what went wrong, oldest first, each once and cut to a readable length. */
export function errorLines(log: string): string[] {
  const lines = log.split("\n").flatMap((line) => errorsIn(line.trim()));
  return withoutEchoes(lines).map((line) => shortened(withoutSecrets(line)));
}

/**
 * The part of a log that is about a start of the server which failed: none of one that came as far as to read its data, and
 * no word of its clients, who ask for libraries and settings that are not there at any time.
 */
export function ofLastStart(log: string): string {
  const lines = log
    .split("\n")
    .map((text) => ({ text, type: parse(text.trim())?.record?.backend_type ?? "" }));
  const read = lines.findLastIndex(({ type }) => type === "startup");
  return lines
    .slice(read + 1)
    .filter(({ type }) => !/^(client backend|walsender|parallel worker|autovacuum worker)$/.test(type))
    .map(({ text }) => text)
    .join("\n");
}

const shortened = (line: string): string =>
  line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;

/** Each caller logs the error that it is given once more, behind a message of its own. */
function withoutEchoes(lines: string[]): string[] {
  const causes = new Set<string>();
  return lines.filter((line) => {
    const cause = line.slice(line.indexOf(": ") + 1).trim();
    const isEcho = [...causes].some((earlier) => line.endsWith(earlier));
    if (cause !== "") causes.add(cause);
    return !isEcho;
  });
}

function errorsIn(line: string): string[] {
  const parsed = parse(line);
  if (!parsed) return saysError(line) ? [line] : [];
  if (parsed.record) return recordErrors(parsed.record);
  if (parsed.msg === "While terminating server") return [];
  if (/^(error|fatal|panic|dpanic|critical)$/i.test(parsed.level ?? "")) return loggedErrors(parsed);
  // What other programs print is logged line by line as information, whatever it says.
  const message = withoutTimestamp(parsed.msg ?? "");
  if (postgresPrograms.test(parsed.logger ?? "")) return programErrors(message);
  return parsed.logger?.startsWith("barman-cloud") === true && saysError(message) ? [message] : [];
}

/** Among them the server itself, before it has opened its log. */
const postgresPrograms = /^(postgres|initdb|psql|pg_\w+)$/;

/** `initdb: error: …`, or behind a time and a process `FATAL:  …`, and behind what pg_ctl prints while it waits. */
function programErrors(message: string): string[] {
  const [, severity = "", text = ""] = /\b(LOG|ERROR|FATAL|PANIC):\s+(.*)$/.exec(message) ?? [];
  if (severity !== "") return serverErrors(severity, text);
  return /^\w+: (error|fatal): /.test(message) ? [message] : [];
}

function serverErrors(severity: string, text: string): string[] {
  const isError = severity === "LOG" ? detailsOfFatal.test(text) : /^(ERROR|FATAL|PANIC)$/.test(severity);
  return isError && !/^the database system is |^terminating /.test(text) ? [`${severity}: ${text}`] : [];
}

/** Which line of its files the server does not take stands in lines before the last one, and not as an error. */
const detailsOfFatal =
  /unrecognized configuration parameter|(invalid value for|valid range for) parameter|syntax error in file|^invalid (connection type|authentication method|authentication option|IP address)|^(end-of-line before|unrecognized authentication option)/;

function parse(line: string): LogLine | undefined {
  try {
    return logLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const saysError = (text: string): boolean => /\b(error|critical|fatal|panic|exception)\b|Error:/i.test(text);

/** Python's logging begins a line with date, time and process. */
const withoutTimestamp = (text: string): string =>
  text.replace(/^\d{4}-\d\d-\d\d [\d:,]+ (\[\d+\] )?/, "").trim();

function loggedErrors({ msg = "", error, stderr = "" }: LogLine): string[] {
  const output = stderr.split("\n").map(withoutTimestamp).filter(saysError).slice(-2);
  const cause = typeof error === "string" ? error : "";
  return [...output, [msg, cause].filter((part) => part !== "").join(": ")];
}

function recordErrors(record: NonNullable<LogLine["record"]>): string[] {
  const { error_severity: severity = "", message = "", detail, hint } = record;
  const more = [detail, hint].filter((part) => part !== undefined && part !== "").join(" ");
  return serverErrors(severity, message).map((line) => `${line}${more === "" ? "" : ` (${more})`}`);
}
