import { InitializationError } from "../../sdk/provider.ts";
import { idOf, type KubeObject } from "./object.ts";
import { toState } from "./state.ts";

interface Outcome {
  inputs: KubeObject;
  /** As it was seen last. */
  live: KubeObject;
  fieldManager: string;
}

/**
 * An object that is there but not well, which the engine stores all the same; the words are the official plugin's.
 * `causes` are what it has found out about the reason.
 */
export function notLive(
  urn: string,
  done: "created" | "updated",
  { inputs, live, fieldManager }: Outcome,
  reason: string,
  causes: string[] = [],
): InitializationError {
  const resource = { id: idOf(live), outputs: toState(inputs, live, fieldManager) };
  const what =
    done === "created"
      ? `resource "${urn}" was successfully created, but the Kubernetes API server reported that it`
      : `the Kubernetes API server reported that "${resource.id}"`;
  return new InitializationError(
    resource,
    `${what} failed to fully initialize or become live: ${reason}`,
    causes,
  );
}
