import type { KubernetesApi } from "../cluster/api.ts";
import { keyOf } from "../cluster/api.ts";
import { UnreachableError } from "../cluster/errors.ts";
import { messageOf } from "../../sdk/errors.ts";
import { isObject } from "../../sdk/provider.ts";
import {
  annotation,
  annotations,
  isAnnotated,
  kindOf,
  nameOf,
  namespaceOf,
  stringAt,
  valueAt,
  type KubeObject,
} from "../objects/object.ts";
import { causesOf } from "./causes.ts";
import { readyChecks } from "./ready.ts";
import { done, waitingFor, WaitEndedError, waitUntil, type Look } from "./wait.ts";
import { parseWaitFor, type Check } from "./wait-for.ts";

const defaultTimeoutSeconds = 600;

export interface Patience {
  /** From `customTimeouts`; 0 when not set. */
  timeoutSeconds: number;
  signal: AbortSignal;
  report?: (waitingFor: string) => void;
}

/** The deadline for an object: `customTimeouts`, then the annotation, then ten minutes. */
export function timeoutFor(inputs: KubeObject, customSeconds: number): number {
  if (customSeconds > 0) return customSeconds;
  const annotated = Number(annotation(inputs, annotations.timeoutSeconds));
  return Number.isInteger(annotated) && annotated > 0 ? annotated : defaultTimeoutSeconds;
}

/** The object is there, but not well. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
  readonly live: KubeObject;
  readonly causes: string[];
  constructor(message: string, live: KubeObject, causes: string[] = []) {
    super(message);
    this.live = live;
    this.causes = causes;
  }
}

/** Waits until the object counts as ready, and returns it as it is then. `inputs` carry the user's annotations. */
export async function awaitReady(
  api: KubernetesApi,
  inputs: KubeObject,
  object: KubeObject,
  patience: Patience,
): Promise<KubeObject> {
  if (isAnnotated(inputs, annotations.skipAwait)) return object;
  const waitFor = annotation(inputs, annotations.waitFor);
  const look = waitFor === undefined ? lookFor(api, object) : asynchronous(parseWaitFor(waitFor));
  if (look === undefined) return object;
  let latest = object;
  const lookAgain = async (): Promise<Look> => {
    try {
      latest = await api.get(keyOf(object), patience.signal);
    } catch (error) {
      // A restart of the API server is no reason to give up before the deadline.
      if (error instanceof UnreachableError) return waitingFor(error.message);
      throw error;
    }
    return look(latest);
  };
  try {
    const timeoutSeconds = timeoutFor(inputs, patience.timeoutSeconds);
    await waitUntil(lookAgain, { ...patience, timeoutSeconds });
  } catch (error) {
    throw await notReady(api, latest, error, waitFor !== undefined);
  }
  return latest;
}

/** In the official plugin's words: a condition that the user asks for has none of its own. */
async function notReady(
  api: KubernetesApi,
  live: KubeObject,
  error: unknown,
  isUsersCondition: boolean,
): Promise<NotReadyError> {
  if (!(error instanceof WaitEndedError)) return new NotReadyError(messageOf(error), live);
  if (isUsersCondition) return new NotReadyError(error.message, live);
  const causes = await causesOf(api, live, error.missing);
  const name = nameOf(live) ?? "";
  const message = error.isCancelled
    ? `Resource operation was cancelled for "${name}"`
    : `'${name}' timed out waiting to be Ready`;
  return new NotReadyError(message, live, causes);
}

/** Kinds whose health a refresh looks at, and `pulumi.com/waitFor` is not asked then. */
const lookedAtOnRefresh = new Set([
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
  "networking.k8s.io/v1/Ingress",
  "v1/Pod",
  "v1/Service",
]);

/** Throws a NotReadyError for an object that was made before and is not well now. */
export async function checkHealth(api: KubernetesApi, inputs: KubeObject, live: KubeObject): Promise<void> {
  const { apiVersion, kind } = kindOf(live);
  if (isAnnotated(inputs, annotations.skipAwait) || !lookedAtOnRefresh.has(`${apiVersion}/${kind}`)) return;
  const found = await lookFor(api, live)?.(live).catch((error: unknown) => waitingFor(messageOf(error)));
  if (found === undefined || found.done) return;
  const causes = await causesOf(api, live, found.waitingFor);
  throw new NotReadyError(
    `Resource '${nameOf(live) ?? ""}' was created but failed to initialize`,
    live,
    causes,
  );
}

type AsyncLook = (object: KubeObject) => Promise<Look>;

function lookFor(api: KubernetesApi, object: KubeObject): AsyncLook | undefined {
  const { apiVersion, kind } = kindOf(object);
  const check = readyChecks[`${apiVersion}/${kind}`];
  switch (`${apiVersion}/${kind}`) {
    case "v1/Service":
      return async (service) => firstUndone(check?.(service), await endpoints(api, service));
    case "v1/PersistentVolumeClaim":
      return async (claim) => claimBound(api, claim);
    case "v1/Secret":
      return stringAt(object, "type") === "kubernetes.io/service-account-token"
        ? asynchronous(tokenFilled)
        : undefined;
    default:
      return check === undefined ? undefined : asynchronous(check);
  }
}

function asynchronous(check: Check): AsyncLook {
  // The check may throw (a failed Job): inside an async function that is a rejection, as the caller expects.
  return async (object) => Promise.resolve(object).then(check);
}

function firstUndone(...looks: (Look | undefined)[]): Look {
  return looks.find((look) => look !== undefined && !look.done) ?? done;
}

/** A service with a selector needs an endpoint, unless it is headless or only a name. */
async function endpoints(api: KubernetesApi, service: KubeObject): Promise<Look> {
  const selector = valueAt(service, "spec", "selector");
  const isOnlyName =
    stringAt(service, "spec", "type") === "ExternalName" || stringAt(service, "spec", "clusterIP") === "None";
  if (isOnlyName || !isObject(selector) || Object.keys(selector).length === 0) return done;
  const slices = await api.list(
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
    namespaceOf(service),
    {
      labelSelector: `kubernetes.io/service-name=${nameOf(service) ?? ""}`,
    },
  );
  const isReady = (endpoint: unknown) => valueAt(endpoint, "conditions", "ready") !== false;
  const ready = slices.some(({ endpoints: list }) => Array.isArray(list) && list.some(isReady));
  return ready ? done : waitingFor("a ready pod behind the service");
}

async function claimBound(api: KubernetesApi, claim: KubeObject): Promise<Look> {
  const found = stringAt(claim, "status", "phase") ?? "none";
  if (found === "Bound") return done;
  const name = stringAt(claim, "spec", "storageClassName");
  const storageClass =
    name === undefined ? {} : await api.get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name });
  if (storageClass.volumeBindingMode === "WaitForFirstConsumer" && found === "Pending") return done;
  return waitingFor(`phase Bound (is ${found})`);
}

function tokenFilled(secret: KubeObject): Look {
  const data = secret.data;
  return isObject(data) && Object.keys(data).length > 0 ? done : waitingFor("the token");
}
