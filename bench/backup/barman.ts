import { type Usage, groups, measure } from "./measure.ts";
import { restoreFolder } from "./pod.ts";
import { type DataSetting, type WalSetting, compressionOption } from "./settings.ts";
import { destination, endpoint, serverName, storedBytes } from "./store.ts";

const s3 = ["--cloud-provider", "aws-s3", "--endpoint-url", endpoint];
const where = [destination, serverName];

/** Where in the bucket the base backups and the WAL are. */
export const prefixes = { base: "bench/bench/base/", wal: "bench/bench/wals/" } as const;

export interface Transfer extends Usage {
  readonly storedBytes: number;
}

/** Names of backups that barman-cloud-restore finds again. */
const nameOf = ({ compression, jobs }: DataSetting): string => `bench-${compression}-${jobs}`;

/** A base backup with the options that CloudNativePG gives. */
export async function baseBackup(setting: DataSetting, samples = false): Promise<Transfer> {
  const { compression, jobs } = setting;
  const options = [...compressionOption(compression), "--immediate-checkpoint", "--jobs", String(jobs)];
  const name = ["--user", "postgres", "--name", nameOf(setting)];
  const command = ["barman-cloud-backup", ...name, ...options, ...s3, ...where];
  const usage = await measure([[command]], { samples });
  return { ...usage, storedBytes: await storedBytes(prefixes.base) };
}

/** The files of the backup that {@link baseBackup} made, into an empty folder. */
export async function restore(setting: DataSetting, samples = false): Promise<Usage> {
  const command = ["barman-cloud-restore", ...s3, ...where, nameOf(setting), restoreFolder];
  return measure([[command]], { samples });
}

/** Archives WAL segments in groups, as the plugin does: the next group starts when the last of one has ended. */
export async function archive(
  setting: WalSetting,
  segments: readonly string[],
  options: { environment?: Record<string, string>; samples?: boolean } = {},
): Promise<Transfer> {
  const command = ["barman-cloud-wal-archive", ...compressionOption(setting.compression), ...s3, ...where];
  const commands = segments.map((segment) => [...command, segment]);
  const usage = await measure(groups(commands, setting.parallel), options);
  return { ...usage, storedBytes: await storedBytes(prefixes.wal) };
}

/** Gets archived segments back, in groups as well. */
export async function fetchWal(setting: WalSetting, segments: readonly string[]): Promise<Usage> {
  const commands = segments.map((segment) => {
    const name = segment.slice(segment.lastIndexOf("/") + 1);
    return ["barman-cloud-wal-restore", ...s3, ...where, name, `/tmp/${name}`];
  });
  return measure(groups(commands, setting.parallel));
}
