import { InitializationError } from "../../sdk/provider.ts";
import { keyOf } from "../cluster/api.ts";
import { hasReason } from "../cluster/errors.ts";
import type { Session } from "../session.ts";
import type { WriteArguments } from "./create.ts";
import { hasFormerManager, managedFields, takeOver } from "./field-manager.ts";
import { toPulumiKeys } from "./normalize.ts";
import {
  annotations,
  idOf,
  isAnnotated,
  isCustomResourceDefinition,
  kindOf,
  stringAt,
  withMetadata,
  type KubeObject,
} from "./object.ts";
import { hideSecretData, toState } from "./state.ts";

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
    const reason = explain(error, inputs, args.fieldManager);
    if (args.preview) throw new Error(reason, { cause: error });
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
    (args.preview && hasFormerManager(live));
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
    const outputs = toState(inputs, live, args.fieldManager);
    return new InitializationError(
      { id: idOf(live), inputs: hideSecretData(toPulumiKeys(inputs)), outputs },
      [reason],
    );
  } catch {
    return new Error(reason);
  }
}

function explain(error: unknown, inputs: KubeObject, manager: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const what = `${kindOf(inputs).kind} ${idOf(inputs)} was not updated`;
  if (!hasReason(error, "Conflict")) return `${what}: ${message}`;
  return (
    `${what}: server-side apply field conflict: the field manager "${manager}" is not the only owner: ${message}. ` +
    `To take the fields over, set the annotation pulumi.com/patchForce: "true"; to leave them, do not declare them`
  );
}
