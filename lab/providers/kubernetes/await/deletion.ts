import type { KubernetesApi } from "../cluster/api.ts";
import { keyOf } from "../cluster/api.ts";
import { isNotFound, NoSuchKindError } from "../cluster/errors.ts";
import { annotation, annotations, isAnnotated, kindOf, valueAt, type KubeObject } from "../objects/object.ts";
import { timeoutFor, type Patience } from "./readiness.ts";
import { done, waitingFor, waitUntil, type Look } from "./wait.ts";

/** Kinds whose `pulumi.com/skipAwait` also skips the wait until they are gone. */
const skippable = new Set([
  "v1/Namespace",
  "v1/Pod",
  "v1/ReplicationController",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
]);

/** Deletes the object and what it owns, and waits until it is gone. An object that is gone already is fine. */
export async function deleteObject(
  api: KubernetesApi,
  inputs: KubeObject,
  object: KubeObject,
  patience: Patience,
): Promise<void> {
  const key = keyOf(object);
  const { apiVersion, kind } = kindOf(object);
  if (await isGone(async () => api.delete(key, propagation(inputs)))) return;
  if (isAnnotated(inputs, annotations.skipAwait) && skippable.has(`${apiVersion}/${kind}`)) return;
  const uid = valueAt(object, "metadata", "uid");
  await waitUntil(async () => stillThere(api, object, uid, patience.signal), {
    ...patience,
    timeoutSeconds: timeoutFor(inputs, patience.timeoutSeconds),
  });
}

async function stillThere(
  api: KubernetesApi,
  object: KubeObject,
  uid: unknown,
  signal: AbortSignal,
): Promise<Look> {
  let live: KubeObject = {};
  if (await isGone(async () => (live = await api.get(keyOf(object), signal)))) return done;
  // Somebody made a new one under the same name: ours is gone.
  if (uid !== undefined && valueAt(live, "metadata", "uid") !== uid) return done;
  const finalizers = valueAt(live, "metadata", "finalizers");
  const held = Array.isArray(finalizers) && finalizers.length > 0;
  return waitingFor(
    held ? `finalizers might be preventing deletion (${finalizers.join(", ")})` : "the API server",
  );
}

/** Whether the object, or its whole kind, is no longer there. */
async function isGone(operation: () => Promise<unknown>): Promise<boolean> {
  try {
    await operation();
    return false;
  } catch (error) {
    if (isNotFound(error) || error instanceof NoSuchKindError) return true;
    throw error;
  }
}

function propagation(inputs: KubeObject): string {
  switch (annotation(inputs, annotations.deletionPropagation)?.toLowerCase()) {
    case "orphan":
      return "Orphan";
    case "background":
      return "Background";
    default:
      return "Foreground";
  }
}
