import { say } from "../shared/progress.ts";
import { archive, baseBackup, prefixes, restore } from "./barman.ts";
import { removeRestored } from "./database.ts";
import { type Scale, dataName, isRestored, walName } from "./settings.ts";
import { remove } from "./store.ts";

/** The most memory that each held, in bytes, by setting; restores with that word before it. */
export type Peaks = ReadonlyMap<string, number>;

/** Memory is looked at in runs of their own, for to look takes time from what is timed. */
export async function peaksOf(scale: Scale, segments: readonly string[]): Promise<Peaks> {
  const peaks = new Map<string, number>();
  for (const setting of scale.data) {
    say(`memory of a base backup: ${dataName(setting)}`);
    peaks.set(dataName(setting), (await baseBackup(setting, true)).peakBytes);
    if (isRestored(setting)) {
      peaks.set(`restore: ${dataName(setting)}`, (await restore(setting, true)).peakBytes);
      await removeRestored();
    }
    await remove(prefixes.base);
  }
  for (const setting of scale.wal) {
    say(`memory of archiving: ${walName(setting)}`);
    const some = segments.slice(0, setting.parallel);
    peaks.set(walName(setting), (await archive(setting, some, { samples: true })).peakBytes);
    await remove(prefixes.wal);
  }
  return peaks;
}
