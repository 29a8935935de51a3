import type { Obstacle } from "./obstacles.ts";

/** Remembers since when each obstacle is there, and tells which has been there for longer than it may. */
export class Patience {
  private since = new Map<string, number>();

  /** The first of the obstacles, seen at a time in seconds, that is final. */
  exhausted(obstacles: Obstacle[], now: number): Obstacle | undefined {
    this.since = new Map(obstacles.map(({ key }) => [key, this.since.get(key) ?? now]));
    return obstacles.find(({ key, patience }) => now - (this.since.get(key) ?? now) >= patience);
  }
}
