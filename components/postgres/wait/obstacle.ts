/** Something that keeps a database from answering. */
export interface Obstacle {
  /** The same while the obstacle is the same. */
  key: string;
  problem: string;

  /** What to do. */
  advice: string;

  /** Lines of a log that show it. */
  lines?: string[];

  /** A pod whose log may show it, where no lines do. */
  pod?: string;

  /** It is final once it has been there for this long, in seconds; Infinity: it may go away until the deadline. */
  patience: number;

  /**
   * Where somebody tries again and again: another text for each attempt. It is then final at an attempt that fails after
   * its patience, and in any case after `nextWithin` seconds, the longest time from one attempt to the next.
   */
  attempt?: string | undefined;
  nextWithin?: number | undefined;
}
