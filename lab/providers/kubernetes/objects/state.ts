import { secret, type Props } from "../../sdk/provider.ts";
import { toKubernetesKeys, toPulumiKeys } from "./normalize.ts";
import { isSecret, type KubeObject } from "./object.ts";

/**
 * What Pulumi stores of an object: the live object, and beside it what the official plugin keeps there, so that
 * either plugin can go on from the other's state. Only what is secret in the inputs is secret in `__inputs`.
 */
export function toState(inputs: KubeObject, live: KubeObject, fieldManager: string): Props {
  return {
    ...hideSecretData(toPulumiKeys(live)),
    __inputs: hideSecretData(toPulumiKeys(inputs)),
    __initialApiVersion: inputs.apiVersion,
    __fieldManager: fieldManager,
  };
}

/** The live object in a stored state. */
export function liveInState(state: Props): KubeObject {
  return toKubernetesKeys(Object.fromEntries(Object.entries(state).filter(([key]) => !key.startsWith("__"))));
}

/** A Secret's content is secret whether or not the program says so. */
export function hideSecretData(object: Props): Props {
  if (!isSecret(object)) return object;
  const hidden = ["data", "stringData"].filter((key) => object[key] !== undefined);
  return { ...object, ...Object.fromEntries(hidden.map((key) => [key, secret(object[key])])) };
}
