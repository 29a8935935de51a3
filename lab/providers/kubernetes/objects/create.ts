import { setTimeout as sleep } from "node:timers/promises";
import { hasReason, isNotFound, NoSuchKindError } from "../cluster/errors.ts";
import type { Session } from "../session.ts";
import { createManager } from "./field-manager.ts";
import { explainConflict } from "./conflict.ts";
import { annotations, isAnnotated, kindOf, type KubeObject } from "./object.ts";

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
    throw new Error(explain(error, inputs, args), { cause: error });
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

const existsAlready = `

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`;

/** In the words of the official plugin. */
function explain(error: unknown, inputs: KubeObject, { urn, fieldManager }: WriteArguments): string {
  const message = explainConflict(error, fieldManager);
  if (error instanceof NoSuchKindError) {
    const { kind, apiVersion } = kindOf(inputs);
    return (
      `creation of resource "${urn}" with kind ${apiVersion}/${kind} failed because the Kubernetes API server ` +
      "reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been " +
      `created: ${message}`
    );
  }
  const advice = hasReason(error, "AlreadyExists") ? existsAlready : "";
  return `resource "${urn}" was not successfully created by the Kubernetes API server: ${message}${advice}`;
}
