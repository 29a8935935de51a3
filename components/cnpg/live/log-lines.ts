import { z } from "zod";

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
    })
    .optional(),
});
type LogLine = z.infer<typeof logLine>;

const longest = 400;

/** The lines of a container's log that say what went wrong, oldest first, each once and cut to a readable length. */
export function errorLines(log: string): string[] {
  const lines = log.split("\n").flatMap((line) => errorsIn(line.trim()));
  return withoutEchoes(lines).map((line) =>
    line.length <= longest ? line : `${line.slice(0, longest - 1)}…`,
  );
}

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
  // barman-cloud's own output is logged line by line as information, whatever it says.
  const message = withoutTimestamp(parsed.msg ?? "");
  return parsed.logger?.startsWith("barman-cloud") === true && saysError(message) ? [message] : [];
}

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
  if (!/^(ERROR|FATAL|PANIC)$/.test(severity) || /^the database system is |^terminating /.test(message))
    return [];
  const more = [detail, hint].filter((part) => part !== undefined && part !== "").join(" ");
  return [`${severity}: ${message}${more === "" ? "" : ` (${more})`}`];
}
