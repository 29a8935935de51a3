import assert from "node:assert/strict";

/** Lines that only a crash prints: of JavaScript, with or without a function's name, of Python, and of Go. */
const traces: readonly RegExp[] = [
  /^\s+at .*\(/m,
  /^\s+at (?:async )?\S+:\d+:\d+\s*$/m,
  /^\s*Traceback \(most recent call last\)/m,
  /^\s*goroutine \d+ \[/m,
];

export function assertNoStackTrace(printed: string): void {
  for (const trace of traces) assert.doesNotMatch(printed, trace, "no stack trace");
}
