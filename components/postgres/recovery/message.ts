import { withoutStop } from "../../text/sentence.ts";
import { shownTime } from "../../archive/units.ts";
import type { Complete, Shortfall } from "./shortfall.ts";

export interface RecoveredDatabase {
  namespace: string;
  name: string;

  /** URL of what it was recovered from. */
  archive: string;
}

/** A backup that begins after what a recovery has missed, and reaches later data. */
export interface LaterBackup {
  id: string;
}

export const completeMessage = (
  { namespace, name, archive }: RecoveredDatabase,
  { last, lastTransaction }: Complete,
): string =>
  `Database ${namespace}/${name} is recovered ` +
  (last === undefined ? "to its target" : `with all that ${archive} held, to the end of WAL ${last.name}`) +
  (lastTransaction === undefined ? "." : `; its last transaction ended at ${lastTransaction.toISOString()}.`);

/** What a user reads of a database that has come up without all that its archive holds. */
export function shortMessage(
  { namespace, name, archive }: RecoveredDatabase,
  { missed, why, isSoundNow, lastTransaction, last }: Shortfall,
  later: LaterBackup | undefined,
): string {
  const until =
    lastTransaction === undefined
      ? "No transaction was found in what was replayed"
      : `The last transaction that is in the database ended at ${lastTransaction.toISOString()}`;
  const once = "Add a database of another name with the same recovery";
  return [
    `Database ${namespace}/${name} has come up without all of its data: the recovery ended before the end of the archive.`,
    `  ${archive}: ${missed} ${why}.`,
    `  ${until}. What came after it is missing, up to WAL ${last.name}, archived at ${shownTime(last.archivedAt)}.`,
    "  What to do, one of these:",
    isSoundNow
      ? `  - Try again: ${missed} is sound now, so the store was away or refused the keys while the recovery ran. ${once}.`
      : `  - If another copy of the bucket has ${missed}, put it back. Then ${once.toLowerCase()}.`,
    ...(later === undefined
      ? []
      : [
          `  - Start from a later base backup, which does not need it: ${once.toLowerCase()} and recovery.backupId ${later.id}.`,
        ]),
    `  - Accept the loss: set recovery.acceptLoss to "${missed}".`,
    `  Until then, each pulumi up ends like this. Nothing is deleted; ${name} keeps running with what it has.`,
  ].join("\n");
}

export const acceptedMessage = (
  { namespace, name }: RecoveredDatabase,
  { missed, lastTransaction }: Shortfall,
): string =>
  `Database ${namespace}/${name} is without what came after ${
    lastTransaction?.toISOString() ?? `WAL ${missed}`
  }, which recovery.acceptLoss "${missed}" accepts.`;

/** Where the end of a recovery cannot be told: it may be short. */
export const unprovenMessage = ({ namespace, name, archive }: RecoveredDatabase, why: string): string =>
  `Database ${namespace}/${name} answers, but whether it has all that ${archive} holds could not be told: ${withoutStop(why)}. ` +
  "Fix that, then run pulumi up again. Do not rely on the data until then.";

/** What PostgreSQL's refusal of a moment means, where it has replayed the whole archive. */
export const quietMessage = (targetTime: string, lastTransaction: Date | undefined): string =>
  `The archive was replayed to its end, and nothing in it ended at or after targetTime ${targetTime}` +
  (lastTransaction === undefined ? "" : `: its last transaction ended at ${lastTransaction.toISOString()}`) +
  ". PostgreSQL stops at a moment only when it sees a later transaction. Leave targetTime out: that gives the same data.";

/** What PostgreSQL's refusal of a moment means, where it has not. */
export const endedBeforeMessage = (
  archive: string,
  { missed, why, isSoundNow, lastTransaction }: Shortfall,
): string =>
  `The recovery got to ${lastTransaction?.toISOString() ?? `the end of the WAL before ${missed}`}, for ${archive}: ${missed} ${why}. ` +
  (isSoundNow
    ? "It is sound now, so the store was away or refused the keys meanwhile: try again."
    : `Choose a targetTime before that${lastTransaction ? `, such as ${shownTime(lastTransaction)}` : ""}, or put the file back if another copy of the bucket has it.`);
