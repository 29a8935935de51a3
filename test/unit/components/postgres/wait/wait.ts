import { untilDatabaseAnswers } from "../../../../../components/postgres/wait/until-answers.ts";

/** Waits for the database `shop/orders` with short times; `lines` gets what it says meanwhile. */
export function wait(
  cluster: { kubeconfig: string; context?: string },
  timeoutSeconds: number,
  lines: string[] = [],
  answerMs = 5_000,
) {
  const log = (line: string) => lines.push(line);
  const times = { timeoutSeconds, pollMs: 20, answerMs, firstBackupSeconds: 0.5 };
  return untilDatabaseAnswers(cluster, "shop", "orders", { ...times, log });
}
