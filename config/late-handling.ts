/**
 * An error of the program can reach several resources; the one that is registered last takes note of it after Node.js
 * has called it unhandled. The SDK has printed it by then, and Node's own warning about the order says nothing to a user.
 */
export function keepQuietAboutLateHandling(): void {
  process.on("rejectionHandled", () => undefined);
}
