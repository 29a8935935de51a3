import { readFileSync } from "node:fs";
import { sep } from "node:path";
import { run } from "./run.ts";

/** Mount points at or below a folder, deepest first. */
export function mountsBelow(
  folder: string,
  mountinfo = readFileSync("/proc/self/mountinfo", "utf8"),
): string[] {
  return mountinfo
    .split("\n")
    .flatMap((line) => {
      const point = line.split(" ")[4];
      // The kernel writes a space in a path as \040.
      return point === undefined
        ? []
        : [point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))];
    })
    .filter((point) => point === folder || point.startsWith(folder + sep))
    .reverse();
}

/** Unmounts everything at or below a folder; lazily where something still holds it. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of mountsBelow(folder)) {
    await run(["umount", point]).catch(() => run(["umount", "--lazy", point]));
  }
}
