import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { backupSecretKeys } from "../../components/internal.ts";
import { LabError } from "../../lab/errors.ts";
import { checkout } from "../../lab/layout.ts";
import { residentPeak } from "../shared/memory.ts";
import { table } from "../../report/markdown.ts";
import { say } from "../shared/progress.ts";
import { digits } from "../shared/statistics.ts";
import { archiveServer, bucket, path } from "./store.ts";

export interface ArchiveBenchOptions {
  /** How many segments of WAL the archives have. */
  readonly objects: readonly number[];

  /** Limit of V8's old space, in MiB; none by default. */
  readonly heap?: number;
}

interface Result {
  readonly objects: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Time and memory of `npm run archive` for archives of several sizes, on a store in this process. Needs no lab. */
export async function benchArchive({ objects, heap }: ArchiveBenchOptions): Promise<void> {
  const results: Result[] = [];
  for (const count of objects) {
    say(`an archive of ${count} segments`);
    results.push(await measured(count, heap));
  }
  const rows = table<Result>(
    [
      { title: "WAL objects", cell: (row) => String(row.objects) },
      { title: "seconds", cell: ({ seconds }) => digits(seconds) },
      { title: "most memory resident, MiB", cell: ({ peakBytes }) => digits(peakBytes / 2 ** 20) },
    ],
    results,
  );
  process.stdout.write(`${rows}\n`);
}

async function measured(objects: number, heap: number | undefined): Promise<Result> {
  const { server, endpoint } = await archiveServer(objects);
  const begun = performance.now();
  const limit = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  const tool = join(checkout, "tools/archive-check.ts");
  const child = spawn(process.execPath, [...limit, tool, "orders", "--timeout", "600"], {
    env: environment(endpoint),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentPeak(child.pid ?? 0) ?? 0);
  }, 50);
  try {
    const [printed] = await Promise.all([text(child.stdout), once(child, "close")]);
    if (child.exitCode !== 0 || !printed.includes("Gaps in the WAL: none")) {
      throw new LabError(
        `npm run archive ended with ${String(child.exitCode ?? child.signalCode)}: ${printed}`,
      );
    }
    return { objects, seconds: (performance.now() - begun) / 1_000, peakBytes };
  } finally {
    clearInterval(timer);
    child.kill();
    server.close();
  }
}

const environment = (endpoint: string): Record<string, string> => ({
  [backupSecretKeys.endpoint]: endpoint,
  [backupSecretKeys.region]: "local",
  [backupSecretKeys.bucket]: bucket,
  [backupSecretKeys.path]: path,
  [backupSecretKeys.accessKeyId]: "AKIDOFTHEBENCH",
  [backupSecretKeys.secretAccessKey]: "a-key-that-opens-nothing",
});
