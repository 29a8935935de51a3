import type { KubernetesApi } from "../cluster/api.ts";
import { keyOf } from "../cluster/api.ts";
import { UnreachableError } from "../cluster/errors.ts";
import { isObject } from "../../sdk/provider.ts";
import {
  annotation,
  annotations,
  idOf,
  isAnnotated,
  kindOf,
  nameOf,
  namespaceOf,
  stringAt,
  valueAt,
  type KubeObject,
} from "../objects/object.ts";
import { podTrouble, readyChecks } from "./ready.ts";
import { done, waitingFor, waitUntil, type Look } from "./wait.ts";
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

/** Waits until the object counts as ready, and returns it as it is then. `inputs` carry the user's annotations. */
export async function awaitReady(
  api: KubernetesApi,
  inputs: KubeObject,
  object: KubeObject,
  patience: Patience,
): Promise<KubeObject> {
  const look = lookFor(api, inputs, object);
  if (look === undefined) return object;
  let latest = object;
  await waitUntil(
    async () => {
      try {
        latest = await api.get(keyOf(object), patience.signal);
      } catch (error) {
        // A restart of the API server is no reason to give up before the deadline.
        if (error instanceof UnreachableError) return waitingFor(error.message);
        throw error;
      }
      return look(latest);
    },
    {
      ...patience,
      what: `${kindOf(object).kind} ${idOf(object)}`,
      timeoutSeconds: timeoutFor(inputs, patience.timeoutSeconds),
    },
  );
  return latest;
}

type AsyncLook = (object: KubeObject) => Promise<Look>;

function lookFor(api: KubernetesApi, inputs: KubeObject, object: KubeObject): AsyncLook | undefined {
  if (isAnnotated(inputs, annotations.skipAwait)) return undefined;
  const waitFor = annotation(inputs, annotations.waitFor);
  if (waitFor !== undefined) return asynchronous(parseWaitFor(waitFor));
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
    case "apps/v1/Deployment":
      return async (deployment) => withPodTrouble(api, deployment, check?.(deployment) ?? done);
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

/** A rollout that hangs is explained by its pods, not by the deployment. */
async function withPodTrouble(api: KubernetesApi, deployment: KubeObject, look: Look): Promise<Look> {
  const labels = valueAt(deployment, "spec", "selector", "matchLabels");
  if (look.done || !isObject(labels)) return look;
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  const pods = await api.list({ apiVersion: "v1", kind: "Pod" }, namespaceOf(deployment), { labelSelector });
  const trouble = pods.map(podTrouble).find((text) => text !== "") ?? "";
  return waitingFor(look.waitingFor + trouble);
}
