import type { BaseBackup } from "./base-backup.ts";
import type { ArchiveLocation } from "./location.ts";
import type { SegmentList } from "./segments.ts";
import type { TimelineHistory } from "./timeline-history.ts";
import type { DamagedSegment, WalSegment } from "./wal-segment.ts";

/** What an archive held when it was read: barman's catalog of base backups, and the names of the WAL. */
export interface Archive {
  location: ArchiveLocation;
  readAt: Date;

  /** By id, which is the time of their start. Unfinished and failed ones too. */
  backups: BaseBackup[];

  /** Ids of backups whose `backup.info` is not as barman writes it. */
  unreadableBackups: string[];

  /** By name: by timeline, and by position in it. */
  segments: SegmentList;

  /** What the primary of a timeline had of its last segment when another one took over. */
  partialSegments: WalSegment[];

  /** Of these, what is known to be damaged; it is in neither list above. */
  damaged: DamagedSegment[];

  /** By timeline. The first timeline has none. */
  histories: TimelineHistory[];
}
