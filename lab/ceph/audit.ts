import { existsSync, readFileSync } from "node:fs";
import { auditLog } from "./facts.ts";

/** A command that ceph-admin ran, or tried to run, through sudo. */
export interface AuditEntry {
  readonly time: string;
  readonly command: string;
  readonly outcome: "run" | "refused";
  /** e.g. "user info", "metadata put"; "-" if refused. */
  readonly verb: string;
  /** The uid or the setting; never a key. */
  readonly subject: string;
}

const reading =
  /^(?:user info|metadata get|bucket list|bucket stats|status|health|health detail|osd stat|osd pool ls.*|config get .*)$/;

export const writes = (entry: AuditEntry): boolean => entry.outcome === "run" && !reading.test(entry.verb);

export function parseAudit(text: string): AuditEntry[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [time = "", command = "", outcome = "", verb = "", subject = ""] = line.split("\t");
      return { time, command, outcome: outcome === "run" ? "run" : "refused", verb, subject };
    });
}

/** All such commands since the Ceph host was made, oldest first. */
export const adminCommands = (): AuditEntry[] =>
  existsSync(auditLog) ? parseAudit(readFileSync(auditLog, "utf8")) : [];
