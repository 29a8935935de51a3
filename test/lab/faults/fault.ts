import type { Outcome } from "../support/lab.ts";

/** Takes a fault away again; fails where the fault had nothing to bite on, such as a cut that no frame met. */
export type Mend = () => Promise<unknown>;

/** One row of docs/faults.md: what goes wrong while a command runs, what the user sees, how it goes on. */
export interface Fault {
  /** As in "what fails". */
  readonly name: string;
  /** What of the stack is being changed meanwhile, for the table. */
  readonly while: string;
  /** Sets that change up: config, as a user would. */
  readonly change?: () => Promise<unknown>;
  /** Makes it go wrong; what it returns mends it. Default: the change or the command is what is wrong. */
  readonly cause?: () => Promise<Mend>;
  /** The command that meets the fault. Default: `up`. */
  readonly command?: readonly string[];
  /** Starts the command otherwise than in the foreground to its end. */
  readonly run?: (command: readonly string[]) => Promise<Pick<Outcome, "code" | "all">>;
  /** Whether the command gets over it. Default: it fails. */
  readonly survives?: boolean;
  /** What the user must read; what it matches, shortened, is in the table. Each has to be there. */
  readonly says: readonly RegExp[];
  /** What the user may read besides; where it is there, it is in the table. */
  readonly mayShow?: readonly RegExp[];
  /** The command ends within so many seconds. */
  readonly seconds: number;
  /** A command that waits the fault out takes at least so many: less would say that it never met it. */
  readonly leastSeconds?: number;
  /** What the message tells to do beside mending the fault, done as it says, and how the table calls it. */
  readonly byHand?: { readonly what: string; readonly how: () => Promise<unknown> };
  /** Puts back what the fault, or what was done by hand, changed for good. */
  readonly restore?: () => Promise<unknown>;
  /** In `npm test`, not just in `npm run test:full`. */
  readonly isCore?: boolean;
}

/** Of one fault only. */
export const titleOf = (fault: Fault): string => `${fault.name}, while ${fault.while}`;

/** Faults of one part. */
export interface Theme {
  readonly title: string;
  /** What is to be said of all of them, or of what cannot be handled. */
  readonly notes: readonly string[];
  readonly faults: readonly Fault[];
}
