import type { Pod } from "./pods-and-jobs.ts";

/** The pods that PostgreSQL runs in, without those of Jobs and poolers. */
export const instancesOf = (pods: Pod[]): Pod[] =>
  pods.filter(({ metadata }) => metadata.labels?.["cnpg.io/podRole"] === "instance");
