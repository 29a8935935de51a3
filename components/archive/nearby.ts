import type { S3Connection } from "../s3/connection.ts";
import type { Archive } from "./archive.ts";
import { listed } from "./lineages.ts";
import { type ArchiveLocation, archiveUrl, beginning, lineageParts } from "./location.ts";
import { type ArchiveReader, inBatches, readWithin } from "./read-archive.ts";

/** As many folders are looked into at each level. */
const lookedInto = 24;

/** Whether there is nothing of an archive: neither base backups nor WAL. */
export function isNothing({ backups, unreadableBackups, segments, damaged }: Archive): boolean {
  return [backups, unreadableBackups, segments, damaged].every(({ length }) => length === 0);
}

/**
 * Where a place holds no archive: the archives one level up and down, for a part of the place may be missing or too much.
 * Undefined if there are none. Throws an S3Failure.
 */
export function nearbyArchives(
  connection: S3Connection,
  location: ArchiveLocation,
): Promise<string | undefined> {
  return readWithin(connection, location, 30, async (store) => {
    const { cluster: above } = lineageParts(location);
    const [isAbove, below, beside] = [
      above.prefix !== "" && (await isArchive(store, above.prefix)),
      await archivesBelow(store, location),
      await archivesBelow(store, above),
    ];
    const nothing = `${archiveUrl(location)} holds no archive`;
    const [only] = below.length === 1 ? below : [];
    if (only !== undefined) return `${nothing}; ${only} does.`;
    if (below.length > 1) return `${nothing}; below it there are: ${below.join(", ")}.`;
    if (isAbove) return `${nothing}; ${archiveUrl(above)} does.`;
    return beside.length === 0
      ? undefined
      : `${nothing}; below ${archiveUrl(above)} there are: ${beside.join(", ")}.`;
  });
}

async function archivesBelow(store: ArchiveReader, { bucket, prefix }: ArchiveLocation): Promise<string[]> {
  const { folders } = await listed(store, beginning(prefix), 1);
  const found = await inBatches(folders.slice(0, lookedInto), async (folder) => {
    const place = `${beginning(prefix)}${folder}`;
    return (await isArchive(store, place)) ? [archiveUrl({ bucket, prefix: place })] : [];
  });
  return found.flat();
}

async function isArchive(store: ArchiveReader, prefix: string): Promise<boolean> {
  const { folders } = await listed(store, beginning(prefix), 1);
  return folders.includes("base") || folders.includes("wals");
}
