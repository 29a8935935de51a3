/** A command that ceph-admin ran through sudo, as sudo's own log has it. */
interface AuditEntry {
  /** e.g. "user info", "metadata put", "osd pool set .rgw.root size 1". */
  readonly command: string;
  /** The uid; "-" if the command is about none. */
  readonly subject: string;
}

const reading =
  /^(?:user info|metadata get|bucket list|status|osd stat|osd pool ls.*|config (?:get|show) .*)$/;

export const writes = ({ command }: AuditEntry): boolean => !reading.test(command);

/** Of all of sudo's log, what went to the programs that `ceph-host/install.py` puts there. */
export function parseAudit(text: string): AuditEntry[] {
  return text.split("\n").flatMap((line) => {
    const [, words] = / ; COMMAND=\/usr\/local\/lib\/cnpg-rgw\/[\w-]+\/[\w-]+ (.*)$/.exec(line) ?? [];
    if (words === undefined) return [];
    const [, ofOption] = /'?--uid=(\S+)/.exec(words) ?? [];
    const [command = "", ofWord] = words.replace(/ ?'?--.*/, "").split(/ '?user:/);
    return [{ command, subject: ofOption ?? ofWord ?? "-" }];
  });
}
