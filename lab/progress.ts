import { Listr, PRESET_TIMESTAMP } from "listr2";
import type { ListrTask } from "listr2";
import { LabError, messageOf } from "./errors.ts";

/** One part of the work that a user sees as a line. */
export interface Step {
  readonly title: string;
  /** Returns what happened in a word or two: "built", "cached", "started", "running". */
  run(report: (status: string) => void): Promise<string>;
}

export interface StepResult {
  readonly title: string;
  readonly outcome: string;
  readonly seconds: number;
}

/** A step's failure, with the step's title before the reason. */
export class StepFailed extends LabError {
  constructor(title: string, cause: unknown) {
    const { hint, logFile } = cause instanceof LabError ? cause : {};
    super(`${title}: ${messageOf(cause)}`, {
      ...(hint === undefined ? {} : { hint }),
      ...(logFile === undefined ? {} : { logFile }),
      cause,
    });
  }
}

const heartbeatMs = { terminal: 1_000, log: 30_000 } as const;

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  return `${String(Math.floor(seconds / 60))} min ${String(Math.round(seconds % 60))} s`;
}

/** Says what a step waits for and for how long: each second on a terminal, each half minute in a log. */
function heartbeat(
  started: number,
  write: (line: string) => void,
): { report: (status: string) => void; stop: () => void } {
  const terminal = process.stdout.isTTY;
  let status = "";
  const say = (): void => {
    if (status !== "") write(`${status} (${duration((Date.now() - started) / 1000)})`);
  };
  const timer = setInterval(say, terminal ? heartbeatMs.terminal : heartbeatMs.log);
  return {
    report: (next) => {
      if (next === status) return;
      status = next;
      say();
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

function asTask(step: Step, results: StepResult[]): ListrTask {
  return {
    title: step.title,
    task: async (_, line) => {
      const started = Date.now();
      const { report, stop } = heartbeat(started, (text) => {
        line.output = process.stdout.isTTY ? text : `${step.title}: ${text}`;
      });
      try {
        const outcome = await step.run(report);
        const seconds = (Date.now() - started) / 1000;
        results.push({ title: step.title, outcome, seconds });
        line.title = `${step.title}: ${outcome} (${duration(seconds)})`;
      } catch (error) {
        throw new StepFailed(step.title, error);
      } finally {
        stop();
      }
    },
  };
}

/** Steps that run one after the other, beside other lanes. */
export interface Lane {
  readonly title: string;
  readonly steps: readonly Step[];
}

/**
 * Runs lanes side by side. When a step fails, the other lanes finish (what they build is kept), then the first
 * error is thrown.
 */
export async function runLanes(lanes: readonly Lane[]): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const tasks: ListrTask[] = lanes.map((lane) => {
    const [only, ...more] = lane.steps.map((step) => asTask(step, results));
    if (only === undefined || more.length === 0) return only ?? { title: lane.title, task: () => undefined };
    return {
      title: lane.title,
      task: (_, list) => list.newListr([only, ...more], { concurrent: false, exitOnError: true }),
    };
  });
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    collectErrors: "minimal",
    registerSignalListeners: false,
    fallbackRenderer: "verbose",
    rendererOptions: { showErrorMessage: false, collapseSubtasks: false },
    fallbackRendererOptions: { timestamp: PRESET_TIMESTAMP },
  });
  await list.run();
  const [first] = list.errors;
  if (first !== undefined) throw first.error;
  return results;
}
