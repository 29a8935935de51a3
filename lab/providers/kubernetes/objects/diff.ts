import { isObject, type Diff, type Props } from "../../sdk/provider.ts";
import { compare, prune } from "./compare.ts";
import { forceNewFields, type Mutability } from "./force-new.ts";
import { isBuiltInGroup } from "./kinds.ts";
import { normalize } from "./normalize.ts";
import {
  annotations,
  isAnnotated,
  isNamed,
  kindOf,
  nameOf,
  namespaceOf,
  withMetadata,
  type KubeObject,
} from "./object.ts";

export interface DiffArguments {
  /** The object as the API server last gave it. */
  live: KubeObject;
  /** What was last declared. */
  oldInputs: KubeObject;
  /** What is declared now. */
  news: KubeObject;
  namespaced: boolean;
  mutability: Mutability;
}

/**
 * Compares what is declared with the live object, as far as the last declaration reached: what the API server or a
 * controller filled in is no change, what was changed by hand in ours is.
 */
export function diffObject(args: DiffArguments): Diff {
  const news = inNamespace(normalize(args.news), args.namespaced);
  const oldInputs = normalize(args.oldInputs);
  const named = isNamed(news) ? withMetadata(oldInputs, { name: nameOf(args.live) }) : oldInputs;
  const before = inNamespace(prune(args.live, named), args.namespaced);
  const { apiVersion } = kindOf(news);
  const changes: Diff["changes"] = compare({ ...kindFields(args.news), ...before }, news, {
    forceNew: forceNewFields(news, args.mutability),
    builtIn: isBuiltInGroup(apiVersion),
    nullIsValue: false,
  });
  const replaces = Object.values(changes).some((kind) => kind.endsWith("-replace"));
  return { changes, deleteBeforeReplace: replaces && keepsItsName(news, args.live) };
}

/** Two objects cannot have one name at the same time, so the old one has to go first. */
function keepsItsName(news: KubeObject, live: KubeObject): boolean {
  return (
    isNamed(news) &&
    !isAnnotated(news, annotations.autonamed) &&
    nameOf(news) === nameOf(live) &&
    namespaceOf(news) === namespaceOf(live)
  );
}

function inNamespace(object: KubeObject, namespaced: boolean): KubeObject {
  if (!isObject(object.metadata)) return object;
  if (!namespaced) return withMetadata(object, { namespace: undefined });
  return object.metadata.namespace === undefined ? withMetadata(object, { namespace: "default" }) : object;
}

function kindFields(object: KubeObject): Props {
  return { apiVersion: object.apiVersion, kind: object.kind };
}
