import type { S3Connection } from "../s3/connection.ts";
import { Turns } from "../turns.ts";

/** Whether a request ended because the store did not answer it in its time, or in that of the whole job. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name);
}

/** Turns of each store, for as long as the program runs. */
function perStore(create: () => Turns): (connection: S3Connection) => Turns {
  const known = new Map<string, Turns>();
  return ({ endpoint }) => {
    const turns = known.get(endpoint) ?? create();
    known.set(endpoint, turns);
    return turns;
  };
}

/** Looks into archives. Each asks a few things at a time itself. */
export const looksAt = perStore(() => new Turns(8, isLate));

/** Reads of a segment of WAL. Each has a connection, and unpacks in this process; its look has a time of its own. */
export const readsAt = perStore(() => new Turns(16));
