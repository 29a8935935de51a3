import { isObject, type Diff, type Props } from "../../sdk/provider.ts";
import { compare, prune } from "../objects/compare.ts";
import { declared } from "./inputs.ts";

/** Compares what is declared with the live release, so that a change made with helm beside Pulumi shows too. */
export function diffRelease(state: Props, olds: Props, news: Props): Diff {
  const wanted = declared(news);
  const before = prune(declared(state), mergeValues(declared(olds), wanted));
  const changes: Diff["changes"] = compare(before, wanted, {
    forceNew: ["name", "namespace"],
    builtIn: false,
    nullIsValue: true,
  });
  return { changes };
}

/** The two merged as helm merges values: `over` wins, objects key by key. */
export function mergeValues(base: unknown, over: unknown): Props {
  const result: Props = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(isObject(over) ? over : {})) {
    result[key] = isObject(value) ? mergeValues(result[key], value) : value;
  }
  return result;
}
