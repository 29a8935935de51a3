import { billionthsOf, isLess } from "../../kubernetes/quantity.ts";
import { type PlannedContainer, containersOf } from "../plan/containers.ts";
import type { Plan } from "../plan/plan.ts";
import type { LimitRange, Limits, ResourceQuota } from "./limits.ts";

/** Why a namespace's LimitRanges and ResourceQuotas refuse the pods or volumes of a plan, as far as that can be told. */
export function namespaceProblem(
  plan: Pick<Plan, "cluster" | "objectStore">,
  { ranges, quotas }: Limits,
): string | undefined {
  const containers = containersOf(plan).map((container) => withDefaults(container, ranges));
  return (
    containers.flatMap((container) => rangeProblems(container, ranges))[0] ??
    volumeProblem(plan, ranges) ??
    quotas.filter(isForAll).flatMap((quota) => unsetProblems(containers, quota))[0] ??
    quotas.filter(isForAll).flatMap((quota) => usedUpProblems(plan, containers, withNothingUsed(quota)))[0]
  );
}

/**
 * What the database needs of a ResourceQuota beside what is in use now. Pods end and volumes go, and the same update may
 * raise the quota: it is no more than likely that pods are refused.
 */
export function crowdedProblem(
  plan: Pick<Plan, "cluster" | "objectStore">,
  { ranges, quotas }: Limits,
): string | undefined {
  const containers = containersOf(plan).map((container) => withDefaults(container, ranges));
  return quotas.filter(isForAll).flatMap((quota) => usedUpProblems(plan, containers, quota))[0];
}

const withNothingUsed = (quota: ResourceQuota): ResourceQuota => ({ ...quota, status: { used: {} } });

const isForAll = ({ spec }: ResourceQuota): boolean =>
  spec.scopes === undefined && spec.scopeSelector === undefined;

interface DefaultedContainer extends PlannedContainer {
  /** The LimitRange that gives a limit, by resource. */
  limitedBy: Record<string, string>;
}

/** As Kubernetes does it: a limit is the request where none is given, and then what the LimitRanges say. */
function withDefaults(container: PlannedContainer, ranges: readonly LimitRange[]): DefaultedContainer {
  const { setting } = container;
  const requests = { ...container.limits, ...container.requests };
  const limits = { ...container.limits };
  const limitedBy: Record<string, string> = {};
  for (const { range, item } of itemsOf(ranges, "Container")) {
    for (const [resource, amount] of Object.entries(item.default)) {
      if (limits[resource] !== undefined) continue;
      limits[resource] = amount;
      limitedBy[resource] = range;
    }
    for (const [resource, amount] of Object.entries({ ...item.default, ...item.defaultRequest }))
      requests[resource] ??= amount;
  }
  return { setting, requests, limits, limitedBy };
}

type Item = LimitRange["spec"]["limits"][number];

const itemsOf = (ranges: readonly LimitRange[], type: string): { range: string; item: Item }[] =>
  ranges.flatMap(({ metadata, spec }) =>
    spec.limits.filter((item) => item.type === type).map((item) => ({ range: metadata.name, item })),
  );

function rangeProblems(container: DefaultedContainer, ranges: readonly LimitRange[]): string[] {
  const { setting, requests, limits, limitedBy } = container;
  const byDefault = Object.entries(limitedBy)
    .filter(([resource]) => isLess(limits[resource], requests[resource]))
    .map(
      ([resource, range]) =>
        `its LimitRange ${range} gives containers a ${resource} limit of ${limits[resource] ?? ""} by default, less than` +
        ` what ${setting} requests (${requests[resource] ?? ""}). Set ${setting}.limits.${resource} to` +
        ` ${requests[resource] ?? ""} or more.`,
    );
  const beyond = itemsOf(ranges, "Container").flatMap(({ range, item }) => [
    ...Object.entries(item.max)
      .filter(
        ([resource, max]) =>
          limits[resource] === undefined || isLess(max, limits[resource]) || isLess(max, requests[resource]),
      )
      .map(
        ([resource, max]) =>
          `its LimitRange ${range} allows a container at most ${max} ${resource}, and ${setting} has a limit of` +
          ` ${limits[resource] ?? "none"} and a request of ${requests[resource] ?? "none"}. Set both to ${max} or less.`,
      ),
    ...Object.entries(item.min)
      .filter(([resource, min]) => requests[resource] === undefined || isLess(requests[resource], min))
      .map(
        ([resource, min]) =>
          `its LimitRange ${range} wants a request of at least ${min} ${resource} of a container, and ${setting} has` +
          ` ${requests[resource] ?? "none"}. Set ${setting}.requests.${resource} to ${min} or more.`,
      ),
  ]);
  return [...byDefault, ...beyond];
}

const volumesOf = ({ cluster: { storage, walStorage } }: Pick<Plan, "cluster">) =>
  [
    { setting: "storage.size", size: storage?.size },
    { setting: "spec.walStorage.size", size: walStorage?.size },
  ].filter(({ size }) => size !== undefined);

function volumeProblem(plan: Pick<Plan, "cluster">, ranges: readonly LimitRange[]): string | undefined {
  for (const { range, item } of itemsOf(ranges, "PersistentVolumeClaim")) {
    const [max, min] = [item.max.storage, item.min.storage];
    for (const { setting, size } of volumesOf(plan)) {
      const said = `its LimitRange ${range} allows no volume`;
      if (isLess(max, size))
        return `${said} of more than ${max ?? ""}, and ${setting} is ${size ?? ""}. Lower it.`;
      if (isLess(size, min))
        return `${said} of less than ${min ?? ""}, and ${setting} is ${size ?? ""}. Raise it.`;
    }
  }
  return undefined;
}

/** A quota of limits or requests refuses each pod with a container that has none. */
function unsetProblems(containers: readonly DefaultedContainer[], quota: ResourceQuota): string[] {
  return quotaKeys(quota).flatMap(({ kind, resource }) =>
    containers
      .filter((container) => container[kind][resource] === undefined)
      .map(
        ({ setting }) =>
          `its ResourceQuota ${quota.metadata.name} refuses pods without ${resource} ${kind}. Set` +
          ` ${setting}.${kind}.${resource}, or have a LimitRange of the namespace give a default.`,
      ),
  );
}

/** `limits.cpu`, `requests.memory`, and `cpu` for `requests.cpu`. */
function quotaKeys({ spec }: ResourceQuota) {
  return Object.keys(spec.hard).flatMap((key) => {
    const [, kind = "requests", resource = ""] = /^(?:(limits|requests)\.)?(cpu|memory)$/.exec(key) ?? [];
    return resource === "" ? [] : [{ key, kind: kind as "limits" | "requests", resource }];
  });
}

function usedUpProblems(
  plan: Pick<Plan, "cluster">,
  containers: readonly DefaultedContainer[],
  quota: ResourceQuota,
): string[] {
  const instances = BigInt(plan.cluster.instances ?? 1);
  const volumes = volumesOf(plan);
  const needs = [
    ...quotaKeys(quota).map(({ key, kind, resource }) => ({
      key,
      each: containers.map((container) => container[kind][resource]),
    })),
    { key: "requests.storage", each: volumes.map(({ size }) => size) },
    { key: "persistentvolumeclaims", each: volumes.map(() => "1") },
  ];
  return needs.flatMap(({ key, each }) => {
    const [hard, used] = [quota.spec.hard[key], quota.status.used[key] ?? "0"];
    const limit = billionthsOf(hard ?? "");
    const sum = each.reduce((total, amount) => total + (billionthsOf(amount ?? "") ?? 0n), 0n) * instances;
    if (hard === undefined || limit === undefined || sum + (billionthsOf(used) ?? 0n) <= limit) return [];
    return [
      `its ResourceQuota ${quota.metadata.name} allows ${hard} of ${key}${used === "0" ? "" : `, ${used} are in use`}, and the database needs` +
        ` ${each.map((amount) => amount ?? "0").join(" + ")} for each of its ${instances} instances. Raise the quota, or` +
        " lower what the database asks for.",
    ];
  });
}
