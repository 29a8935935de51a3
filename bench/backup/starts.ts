import { say } from "../shared/progress.ts";
import { median } from "../shared/statistics.ts";
import { archive, prefixes } from "./barman.ts";
import type { Usage } from "./measure.ts";
import { inPod } from "./pod.ts";
import type { SegmentSizeResult, StartResult } from "./results.ts";
import { defaults } from "./settings.ts";
import { remove } from "./store.ts";

/** What could be set for barman-cloud in the sidecar's environment. */
const environments: readonly Record<string, string>[] = [
  {},
  { AWS_EC2_METADATA_DISABLED: "true" },
  { AWS_CA_BUNDLE: "/dev/null" },
  { PYTHONMALLOC: "malloc" },
  { PYTHONNOUSERSITE: "1" },
  // These two read no bytecode of the image, and show what it is worth.
  { PYTHONOPTIMIZE: "2" },
  { PYTHONPYCACHEPREFIX: "/nowhere" },
];

const tiny = "/tmp/000000010000000000000001";
const repeats = 5;

/** Archiving a segment of nothing, one at a time: what the start of barman-cloud costs. */
export async function starts(runs: number): Promise<StartResult[]> {
  await inPod("barman", ["python3", "-c", `open("${tiny}", "w").close()`]);
  const found = new Map(environments.map((environment) => [environment, [] as Usage[]]));
  for (let run = 1; run <= runs; run++) {
    for (const [environment, usages] of found) {
      say(`start of barman-cloud: ${JSON.stringify(environment)}`);
      const segments = Array.from({ length: repeats }, () => tiny);
      usages.push(await archive({ compression: "none", parallel: 1 }, segments, { environment }));
      await remove(prefixes.wal);
    }
  }
  return [...found].map(([environment, usages]) => ({
    environment,
    secondsPerSegment: median(usages.map(({ seconds }) => seconds / repeats)),
    cpuSecondsPerSegment: median(usages.map(({ cpuSeconds }) => cpuSeconds / repeats)),
  }));
}

/** How many segments of 16 MB are put together to one. */
const factors = [1, 2, 4] as const;

/** The same WAL in larger segments, as `initdb.walSegmentSize` makes them: fewer starts. */
export async function segmentSizes(segments: readonly string[], runs: number): Promise<SegmentSizeResult[]> {
  const found = new Map(factors.map((factor) => [factor, [] as number[]]));
  for (let run = 1; run <= runs; run++) {
    for (const [factor, seconds] of found) {
      say(`WAL in segments of ${16 * factor} MB`);
      const joined = await join(segments, factor);
      const usage = await archive(defaults.wal, joined);
      seconds.push(usage.seconds / (joined.length * factor));
      await remove(prefixes.wal);
    }
  }
  return [...found].map(([factor, seconds]) => ({
    megabytes: 16 * factor,
    megabytesPerSecond: 16.777216 / median(seconds),
  }));
}

async function join(segments: readonly string[], factor: number): Promise<string[]> {
  const script = `import sys
segments, factor = sys.argv[2:], int(sys.argv[1])
for i in range(0, len(segments) - factor + 1, factor):
    name = f"/tmp/0000000100000000{i // factor:08X}"
    with open(name, "wb") as joined:
        for segment in segments[i : i + factor]:
            joined.write(open(segment, "rb").read())
    print(name)
`;
  const printed = await inPod("barman", ["python3", "-c", script, String(factor), ...segments]);
  return printed.trim().split("\n");
}
