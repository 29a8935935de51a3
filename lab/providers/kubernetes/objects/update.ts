import { messageOf } from "../../sdk/errors.ts";
import { keyOf } from "../cluster/api.ts";
import { hasReason, NoSuchKindError } from "../cluster/errors.ts";
import type { Session } from "../session.ts";
import { explainConflict } from "./conflict.ts";
import type { WriteArguments } from "./create.ts";
import { isOwnedByCreate, managedFields, takeOver } from "./field-manager.ts";
import {
  annotations,
  isAnnotated,
  isCustomResourceDefinition,
  kindOf,
  stringAt,
  withMetadata,
  type KubeObject,
} from "./object.ts";
import { notLive } from "./not-live.ts";

/**
 * Brings the object to what is declared, with server-side apply. A refusal is stored with the new inputs, so that
 * the next `up` tries again. In a preview, undefined means that the API server cannot tell.
 */
export async function updateObject(
  session: Session,
  inputs: KubeObject,
  old: KubeObject,
  args: WriteArguments,
): Promise<KubeObject | undefined> {
  try {
    return await apply(session, inputs, old, args);
  } catch (error) {
    if (args.preview && hasReason(error, "Forbidden")) return undefined;
    const reason = explainConflict(error, args.fieldManager);
    if (error instanceof NoSuchKindError) {
      throw new Error(
        `update of resource "${args.urn}" failed because the Kubernetes API server reported that the apiVersion ` +
          `for this resource does not exist. Verify that any required CRDs have been created: ${reason}`,
        { cause: error },
      );
    }
    throw await storable(session, inputs, old, args, reason);
  }
}

async function apply(
  { api, settings }: Session,
  inputs: KubeObject,
  old: KubeObject,
  args: WriteArguments,
): Promise<KubeObject> {
  const live = await api.get(keyOf({ ...old, ...kindOf(inputs) }), args.signal);
  const options = { fieldManager: args.fieldManager, dryRun: args.preview };
  if (isCustomResourceDefinition(inputs)) {
    const resourceVersion = stringAt(live, "metadata", "resourceVersion");
    return api.replace(withMetadata(inputs, { resourceVersion }), options);
  }
  if (!args.preview) await handOver(api, live, args);
  const force =
    isAnnotated(inputs, annotations.patchForce) ||
    settings.enablePatchForce ||
    managedFields(live).length === 0 ||
    (args.preview && isOwnedByCreate(live));
  return api.apply(inputs, { ...options, force });
}

async function handOver(api: Session["api"], live: KubeObject, args: WriteArguments): Promise<void> {
  const entries = takeOver(live, args.fieldManager);
  if (entries === undefined) return;
  const patch = [
    { op: "replace", path: "/metadata/managedFields", value: entries },
    {
      op: "replace",
      path: "/metadata/resourceVersion",
      value: stringAt(live, "metadata", "resourceVersion"),
    },
  ];
  await api.jsonPatch(keyOf(live), patch);
}

async function storable(
  session: Session,
  inputs: KubeObject,
  old: KubeObject,
  args: WriteArguments,
  reason: string,
): Promise<Error> {
  try {
    const live = await session.api.get(keyOf({ ...old, ...kindOf(inputs) }));
    return notLive(args.urn, "updated", { inputs, live, fieldManager: args.fieldManager }, reason);
  } catch (error) {
    return new Error(
      `update of resource "${args.urn}" failed: ${reason}\nunable to get cluster state: ${messageOf(error)}`,
    );
  }
}
