const started = Date.now();

/** A line on what the bench does now, with the time since its start, so that nobody waits in the dark. */
export function say(line: string): void {
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stderr.write(`${String(seconds).padStart(5)} s  ${line}\n`);
}
