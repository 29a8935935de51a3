import type { Obstacle } from "./obstacle.ts";

interface Seen {
  since: number;
  attempt: string | undefined;
}

/** Remembers since when each obstacle is there, and tells which has been there for longer than it may. */
export class Patience {
  private seen = new Map<string, Seen>();

  /** The first of the obstacles, seen at a time in seconds, that is final. */
  exhausted(obstacles: Obstacle[], now: number): Obstacle | undefined {
    const before = this.seen;
    this.seen = new Map(
      obstacles.map(({ key, attempt }) => [key, { since: before.get(key)?.since ?? now, attempt }]),
    );
    return obstacles.find((obstacle) => isFinal(obstacle, before.get(obstacle.key), now));
  }
}

/** Where attempts are told apart, at one that fails: whatever was in the way may have gone since the last one. */
function isFinal(
  { patience, attempt, nextWithin = Infinity }: Obstacle,
  before: Seen | undefined,
  now: number,
) {
  const lasts = now - (before?.since ?? now);
  if (lasts < patience || attempt === undefined) return lasts >= patience;
  return (before !== undefined && before.attempt !== attempt) || lasts >= nextWithin;
}
