import type { Configuration } from "@kubernetes/client-node";

import { knownCause, tellingLines } from "./known-causes.ts";
import { type Look, podErrors } from "./look.ts";
import type { Obstacle } from "./obstacles.ts";
import { surroundingsOf } from "./surroundings.ts";
import type { Pod } from "./workload.ts";

export interface Diagnosis {
  obstacles: Obstacle[];
  surroundings: string[];
}

/** Looks once more, and closer, at what keeps a database from answering. */
export async function diagnose(
  configuration: Configuration,
  { resource: { metadata }, pods }: Look,
  obstacles: Obstacle[],
): Promise<Diagnosis> {
  const [main = stillOnItsWay, ...others] = obstacles;
  const [shown, surroundings] = await Promise.all([
    main.lines?.length ? main : withLines(configuration, main, pods),
    surroundingsOf(configuration, metadata.namespace, metadata.name),
  ]);
  // With a cause that is known, the warnings are about its effects.
  const isClear = knownCause(shown.lines ?? []) !== undefined;
  return { obstacles: [shown, ...others], surroundings: isClear ? [] : surroundings };
}

const stillOnItsWay: Obstacle = {
  key: "on its way",
  problem: "it is still on its way",
  advice: "Give it more time if its pods' logs show progress; a large database takes long to restore.",
  patience: Infinity,
};

async function withLines(configuration: Configuration, obstacle: Obstacle, pods: Pod[]): Promise<Obstacle> {
  const telling = pods
    .filter((pod) => (obstacle.pod === undefined ? !isWell(pod) : pod.metadata.name === obstacle.pod))
    .slice(0, 3);
  const errors = (await Promise.all(telling.map((pod) => podErrors(configuration, pod)))).flat();
  const cause = knownCause(errors);
  return { ...obstacle, lines: tellingLines(errors), ...(cause && { advice: cause.advice }) };
}

function isWell({ status }: Pod): boolean {
  const isReady = status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True");
  return isReady || status.phase === "Succeeded";
}
