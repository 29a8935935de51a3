import { stateOf } from "./failure.ts";
import type { Look } from "./look.ts";
import type { Obstacle } from "./obstacle.ts";

/** Says what a wait is for when that changes, and every half a minute. */
export function progressLog(database: string, log: (line: string) => void) {
  let last = { key: "", at: -Infinity };
  return (main: Obstacle | undefined, look: Look | undefined, now: number): void => {
    const phase = look ? (stateOf(look.resource).split(";")[0] ?? "") : "";
    const key = main?.key ?? phase;
    if (key === last.key && now - last.at < 30) return;
    last = { key, at: now };
    log(`waiting for database ${database}: ${shortened(main?.problem ?? phase)}, ${Math.round(now)} s`);
  };
}

const shortened = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 199)}…`);
