import {
  type Archive,
  type DeepProgress,
  type DeepReport,
  type S3Connection,
  deepCheck,
  shownBytes,
} from "../components/internal.ts";

/** Reads all of an archive, says what is damaged as it is found, and how far it is; until Ctrl-C. */
export async function deepWithProgress(
  connection: S3Connection,
  archive: Archive,
): Promise<{ report: DeepReport; isStopped: boolean }> {
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
  };
  const progress = progressLine();
  process.once("SIGINT", stop);
  try {
    const onProblem = (object: string, problem: string): void => {
      progress.clear();
      console.log(`${object} ${problem}`);
    };
    const observer = { onProblem, onProgress: progress.show };
    const report = await deepCheck(connection, archive, observer, stopping.signal);
    return { report, isStopped: stopping.signal.aborted };
  } finally {
    process.off("SIGINT", stop);
    progress.clear();
  }
}

export function describeDeep(report: DeepProgress, isStopped: boolean): string {
  const { objects, bytes, damaged, unread } = report;
  const read = `${isStopped ? "Stopped. " : ""}Read and unpacked: ${objects} objects, ${shownBytes(bytes)}`;
  const parts = [
    damaged === 0 ? "none is damaged" : `${damaged} damaged`,
    ...(unread === 0 ? [] : [`${unread} could not be read`]),
  ];
  return `${read}; ${parts.join(", ")}`;
}

/** A line on stderr every few seconds; on a terminal each takes the place of the one before. */
function progressLine(): { show: (progress: DeepProgress) => void; clear: () => void } {
  const isTerminal = process.stderr.isTTY;
  const started = performance.now();
  let shownAt = started;
  return {
    show: (progress) => {
      const now = performance.now();
      if (now - shownAt < (isTerminal ? 1_000 : 5_000)) return;
      shownAt = now;
      const rate = shownBytes((progress.bytes / (now - started)) * 1_000);
      const line = `${progress.objects} objects, ${shownBytes(progress.bytes)}, ${rate}/s, ${progress.damaged} damaged`;
      process.stderr.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
    },
    clear: () => {
      if (isTerminal) process.stderr.write("\r\x1b[K");
    },
  };
}
