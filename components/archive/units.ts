/**
 * A time as barman writes it, `2026-11-22 10:00:04.005000+00:00`, or as in RFC 3339; undefined if it is none. Without an
 * offset it is that of a pod's clock, UTC.
 */
export function parseTime(text: string): Date | undefined {
  const iso = text.replace(" ", "T");
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** A time as people copy it into targetTime: UTC, in full seconds. */
export function shownTime(time: Date): string {
  return new Date(Math.floor(time.getTime() / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

/** The first full second that is not before this time. */
export function momentAfter(time: Date): string {
  return shownTime(new Date(Math.ceil(time.getTime() / 1000) * 1000));
}

/** A size in the largest binary unit that leaves a digit before the point. */
export function shownBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ""}`;
}
