/** A failure that a user can act on: printed without a stack. */
export class LabError extends Error {
  override readonly name = "LabError";
  /** What to try, in one sentence. */
  readonly hint: string | undefined;
  /** The whole log of the part that failed. */
  readonly logFile: string | undefined;

  constructor(message: string, options: { hint?: string; logFile?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.logFile = options.logFile;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
