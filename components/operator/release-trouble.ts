import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { beforeUpdate } from "../pulumi/hooks.ts";
import { knownParts } from "../pulumi/outputs.ts";
import { isMocked } from "../pulumi/mocks.ts";
import { log } from "../pulumi/log.ts";
import { type KubernetesArgs, getOrUndefined } from "../kubernetes/questions.ts";
import { podAdvice } from "./advice.ts";
import { type Release, hasRecord, recordsOf } from "./existing-operator.ts";

/**
 * For a Helm release: before the engine makes or changes it, looks whether Helm was broken off over it, for then Helm
 * refuses every further change; and where Helm gives up, says what Kubernetes said about the release's pods meanwhile,
 * which Helm keeps to itself.
 */
export function releaseTrouble(
  component: pulumi.Resource,
  kubernetes: KubernetesArgs | undefined,
): { hooks?: pulumi.ResourceHookBinding } {
  if (kubernetes === undefined || isMocked()) return {};
  const refuse = async ({ newInputs }: pulumi.ResourceHookArgs): Promise<void> => {
    const problem = await brokenOff(kubernetes, await releaseIn(newInputs));
    if (problem !== undefined) throw new Error(problem);
  };
  count += 1;
  const explain = new pulumi.ErrorHook(`release-trouble-${count}`, async ({ newInputs }) => {
    const said = await trouble(kubernetes, await releaseIn(newInputs));
    if (said !== undefined) log("error", said, component);
    return false;
  });
  const told = beforeUpdate(component, async (newInputs) => {
    const release = await releaseIn(newInputs).catch(() => undefined);
    return release && brokenOff(kubernetes, release, pulumi.runtime.isDryRun() ? 0 : secondsToEnd);
  });
  return pulumi.mergeOptions({ hooks: { beforeCreate: [refuse], onError: [explain] } }, told);
}

let count = 0;

const inputs = z.object({ name: z.string(), namespace: z.string() });

async function releaseIn(given: Record<string, unknown> | undefined): Promise<Release> {
  const { name, namespace } = given ?? {};
  return inputs.parse(await knownParts({ name, namespace }));
}

const secretList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        creationTimestamp: z.coerce.date(),
        labels: z.object({ status: z.string(), version: z.coerce.number() }),
      }),
    }),
  ),
});

/** Seconds that a Helm which outlived its engine gets to come to its end. */
const secondsToEnd = 30;

/** What to do about a release over which Helm was broken off. An API server that does not answer is the provider's. */
export async function brokenOff(
  kubernetes: KubernetesArgs,
  release: Release,
  seconds = secondsToEnd,
): Promise<string | undefined> {
  const { name, namespace } = release;
  const path = recordsOf(release, "status in (pending-install,pending-upgrade,pending-rollback)");
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await getOrUndefined(kubernetes, path);
    const pending = secretList.safeParse(answer).data?.items ?? [];
    const record = pending.sort((a, b) => b.metadata.labels.version - a.metadata.labels.version)[0];
    if (record === undefined || (await isFollowed(kubernetes, release, record.metadata.labels.version)))
      return undefined;
    if (Date.now() >= end) {
      const { status } = record.metadata.labels;
      const since = record.metadata.creationTimestamp.toISOString();
      return (
        `Helm release ${name} in namespace ${namespace} is in state ${status} since ${since}: Helm was interrupted, or ` +
        "still runs somewhere else. Until then it refuses any change. If it no longer runs, remove its record, which " +
        `removes nothing else: kubectl -n ${namespace} delete secret ${record.metadata.name}; then run ` +
        "`pulumi up` again"
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** Whether Helm has gone on after a record, as a rollback by hand does: it goes by its last one alone. */
const isFollowed = (kubernetes: KubernetesArgs, release: Release, version: number): Promise<boolean> =>
  hasRecord(kubernetes, release, `version=${version + 1}`).catch(() => false);

const eventList = z.object({
  items: z.array(
    z.object({
      involvedObject: z.object({ kind: z.string(), name: z.string().default("") }),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      lastTimestamp: z.coerce.date().nullish().catch(undefined),
    }),
  ),
});

/** Warnings about the release's pods and workloads of the last ten minutes; the most telling one first. */
export async function trouble(kubernetes: KubernetesArgs, release: Release): Promise<string | undefined> {
  const { name, namespace } = release;
  const answer = await getOrUndefined(
    kubernetes,
    `/api/v1/namespaces/${namespace}/events?fieldSelector=type%3DWarning`,
  );
  const events = (eventList.safeParse(answer).data?.items ?? []).filter(
    ({ involvedObject, lastTimestamp }) =>
      involvedObject.name.startsWith(name) && Date.now() - (lastTimestamp?.getTime() ?? Date.now()) < 600_000,
  );
  const words = events.map(({ involvedObject: { kind, name: of }, message }) => ({
    message: message ?? "",
    text: `${kind} ${of}: ${message ?? ""}`.slice(0, 400),
  }));
  const known = podAdvice.flatMap(({ pattern, advice }) => {
    const word = words.find(({ message }) => pattern.test(message));
    return word === undefined ? [] : [{ ...word, advice }];
  })[0];
  const telling = known ?? words.at(-1);
  if (telling === undefined) return undefined;
  const advice = known?.advice ?? `Find out more: kubectl -n ${namespace} get pods,events`;
  return `Helm release ${name} in namespace ${namespace} does not come up. Kubernetes reports for ${telling.text}. ${advice}.`;
}
