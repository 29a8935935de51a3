import { setTimeout as sleep } from "node:timers/promises";
import { hasReason, isNotFound, NoSuchKindError } from "../cluster/errors.ts";
import type { Session } from "../session.ts";
import { createManager } from "./field-manager.ts";
import { annotations, idOf, isAnnotated, kindOf, type KubeObject } from "./object.ts";

export interface WriteArguments {
  urn: string;
  preview: boolean;
  signal: AbortSignal;
  fieldManager: string;
}

const retries = 5;
const firstPauseMs = 1000;

/**
 * Creates the object with a POST: it must not exist yet. A namespace or a kind that is just being made is waited
 * for. In a preview, undefined means that the API server cannot tell.
 */
export async function createObject(
  session: Session,
  inputs: KubeObject,
  args: WriteArguments,
): Promise<KubeObject | undefined> {
  try {
    return await retryMissing(async () => post(session, inputs, args), args);
  } catch (error) {
    if (args.preview && isNoAnswer(error)) return undefined;
    throw new Error(explain(error, inputs), { cause: error });
  }
}

async function post(session: Session, inputs: KubeObject, args: WriteArguments): Promise<KubeObject> {
  const { api, settings } = session;
  const options = { dryRun: args.preview };
  if (!settings.upsertExistingObjects) return api.create(inputs, { ...options, fieldManager: createManager });
  const force = args.preview || settings.enablePatchForce || isAnnotated(inputs, annotations.patchForce);
  return api.apply(inputs, { ...options, fieldManager: args.fieldManager, force });
}

async function retryMissing(attempt: () => Promise<KubeObject>, args: WriteArguments): Promise<KubeObject> {
  for (let retry = 0, pause = firstPauseMs; ; retry++, pause *= 2) {
    try {
      return await attempt();
    } catch (error) {
      const isMissing = isNotFound(error) || error instanceof NoSuchKindError;
      if (!isMissing || args.preview || args.signal.aborted || retry === retries) throw error;
      // Cancelled: one last try says what is still missing.
      await sleep(pause, undefined, { signal: args.signal }).catch(() => undefined);
    }
  }
}

/** In a preview the namespace may not be there yet, and what is there may be what a replacement deletes first. */
function isNoAnswer(error: unknown): boolean {
  return (
    isNotFound(error) ||
    error instanceof NoSuchKindError ||
    hasReason(error, "AlreadyExists") ||
    hasReason(error, "Forbidden") ||
    (error instanceof Error && error.message.includes("does not support dry run"))
  );
}

function explain(error: unknown, inputs: KubeObject): string {
  const { kind, apiVersion } = kindOf(inputs);
  const what = `${kind} ${idOf(inputs)} was not created`;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NoSuchKindError) {
    return `${what}: the API server has no ${apiVersion}/${kind}; make sure that its CustomResourceDefinition is created first (${message})`;
  }
  if (hasReason(error, "AlreadyExists")) {
    return (
      `${what}: ${message}. It is in the cluster, but not in this stack. Import it with 'pulumi import', delete it, ` +
      `or, to take over what exists, set the provider's upsertExistingObjects; after renaming a Pulumi resource, use an alias`
    );
  }
  return `${what}: ${message}`;
}
