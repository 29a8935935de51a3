import { z } from "zod";

import { parseTime } from "./units.ts";

/** A base backup, as its `backup.info` and the objects beside it tell. */
export interface BaseBackup {
  /** The time of its start, like `20261122T100000`. */
  id: string;

  /** `DONE` if all went well; else `STARTED`, `FAILED` or another one of barman's. */
  status: string;

  /** Undefined until it has ended. */
  extent: BackupExtent | undefined;

  /** Size of the database at that time. */
  databaseBytes: number | undefined;

  /** Size of its objects in the bucket. */
  storedBytes: number;

  /** Identifies the PostgreSQL cluster since its initdb; a recovered cluster keeps it. */
  systemId: string | undefined;

  /** Size of the cluster's WAL segments. */
  walSegmentBytes: number;

  /** Files without which barman-cloud-restore gives up, like `data.tar` or `16999.tar` for a tablespace. */
  missingFiles: string[];
}

/** What a backup spans. To be consistent, it needs the WAL from its begin to its end. */
export interface BackupExtent {
  beginTime: Date;
  endTime: Date;
  timeline: number;
  beginWal: string;
  endWal: string;

  /** Position of its end (LSN), like `0/B000158`. */
  endLsn: string;
}

/** A backup that has ended; CloudNativePG restores from these only. */
export type EndedBackup = BaseBackup & { extent: BackupExtent };

export function hasEnded(backup: BaseBackup): backup is EndedBackup {
  return backup.extent !== undefined;
}

export interface BackupFile {
  /** Name below the backup's folder. */
  name: string;
  bytes: number;
}

const time = z.string().transform((text, context) => {
  const parsed = parseTime(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: `${text} is no time` });
  return z.NEVER;
});
const segment = z.string().regex(/^[0-9A-F]{24}$/);
const lsn = z.string().regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i);
const bytes = z.coerce.number().int().nonnegative();

/** PostgreSQL's: powers of two from 1 MiB to 1 GiB. */
const walSegmentBytes = bytes.refine(
  (size) => size >= 2 ** 20 && size <= 2 ** 30 && Number.isInteger(Math.log2(size)),
);

const backupInfo = z.object({
  status: z.string().default("EMPTY"),
  begin_time: time.optional(),
  end_time: time.optional(),
  timeline: z.coerce.number().int().positive().optional(),
  begin_wal: segment.optional(),
  end_wal: segment.optional(),
  end_xlog: lsn.optional(),
  cluster_size: bytes.optional(),
  systemid: z.string().optional(),
  xlog_segment_size: walSegmentBytes.default(2 ** 24),
  tablespaces: z.string().default(""),
  snapshots_info: z.string().optional(),
});

/** Undefined if the `backup.info` is not as barman writes it. */
export function parseBackup(id: string, info: string, files: BackupFile[]): BaseBackup | undefined {
  const parsed = backupInfo.safeParse(fieldsOf(info));
  if (!parsed.success) return undefined;
  const { data } = parsed;
  return {
    id,
    status: data.status,
    extent: extentOf(data),
    databaseBytes: data.cluster_size,
    storedBytes: files.reduce((sum, file) => sum + file.bytes, 0),
    systemId: data.systemid,
    walSegmentBytes: data.xlog_segment_size,
    missingFiles: data.snapshots_info === undefined ? missingFiles(data.tablespaces, files) : [],
  };
}

function fieldsOf(info: string): Record<string, string> {
  const pairs = info.split("\n").flatMap((line) => {
    const [, name, value] = /^\s*([^#=\s]+)\s*=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.trim()] as const];
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== "None"));
}

function extentOf(info: z.infer<typeof backupInfo>): BackupExtent | undefined {
  const { begin_time: beginTime, end_time: endTime, timeline } = info;
  const { begin_wal: beginWal, end_wal: endWal, end_xlog: endLsn } = info;
  if (beginTime === undefined || endTime === undefined || timeline === undefined) return undefined;
  if (beginWal === undefined || endWal === undefined || endLsn === undefined) return undefined;
  return { beginTime, endTime, timeline, beginWal, endWal, endLsn };
}

/** Each tar may be split: `data.tar.gz`, `data_0001.tar.gz`, …. An empty one is as good as none. */
function missingFiles(tablespaces: string, files: BackupFile[]): string[] {
  const present = new Set(
    files.filter(({ bytes }) => bytes > 0).map(({ name }) => name.replace(/\.tar(\.\w+)?$/, ".tar")),
  );
  return ["data", ...tablespaceOids(tablespaces)]
    .flatMap((tar) => partsOf(tar, files))
    .filter((part) => !present.has(part));
}

/** The parts that there must be if there is the last one. */
function partsOf(tar: string, files: BackupFile[]): string[] {
  const numbers = files.map(({ name }) => Number(new RegExp(`^${tar}_(\\d+)\\.tar`).exec(name)?.[1] ?? 0));
  const count = Math.min(Math.max(0, ...numbers), files.length);
  const others = Array.from({ length: count }, (_, index) => `_${String(index + 1).padStart(4, "0")}`);
  return ["", ...others].map((part) => `${tar}${part}.tar`);
}

/** Python's list of (name, oid, location). */
function tablespaceOids(tablespaces: string): string[] {
  return [...tablespaces.matchAll(/\((?:'[^']*'|"[^"]*"), (\d+), /g)].flatMap(([, oid]) => oid ?? []);
}
