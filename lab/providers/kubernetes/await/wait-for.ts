import { z } from "zod";
import { isObject, type Props } from "../../sdk/provider.ts";
import { numberAt, stringAt, valueAt, type KubeObject } from "../objects/object.ts";
import { compilePath } from "./jsonpath.ts";
import { done, waitingFor, type Look } from "./wait.ts";

export type Check = (object: KubeObject) => Look;

/** The annotation `pulumi.com/waitFor`: one expression, or a JSON list of which all must hold. */
export function parseWaitFor(annotation: string): Check {
  const checks = expressions(annotation).map(parseExpression);
  if (checks.length === 0) throw new Error("pulumi.com/waitFor: at least one condition must be specified");
  return (object) => checks.map((check) => check(object)).find((look) => !look.done) ?? done;
}

function expressions(annotation: string): string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(annotation));
  } catch {
    return [annotation];
  }
}

function parseExpression(expression: string): Check {
  if (expression.startsWith("condition=")) return conditionCheck(expression.slice("condition=".length));
  if (expression.startsWith("jsonpath=")) return pathCheck(expression.slice("jsonpath=".length));
  throw new Error(`pulumi.com/waitFor: expected a "jsonpath=" or "condition=" prefix, got "${expression}"`);
}

/** `Ready` or `Ready=False`, in any case, as `kubectl wait` has it. */
function conditionCheck(expression: string): Check {
  const [type = "", wanted = "True"] = expression.split("=");
  return (object) => {
    const condition = conditionsOf(object).find(({ type: name }) => sameWord(name, type));
    const status = condition?.status;
    if (condition !== undefined && isOutdated(object, condition)) {
      return waitingFor(`condition ${type} of the current generation`);
    }
    return sameWord(status, wanted) ? done : waitingFor(`condition ${type}=${wanted}${explain(condition)}`);
  };
}

function explain(condition: Props | undefined): string {
  if (condition === undefined) return " (no such condition yet)";
  const message = stringAt(condition, "message") ?? stringAt(condition, "reason");
  return ` (is ${String(condition.status)}${message === undefined ? "" : `: ${message}`})`;
}

/** `{.status.phase}` or `{.status.phase}=Running` */
function pathCheck(expression: string): Check {
  const [, path, , value] = /^\{\s*(.*?)\s*\}(=(.*))?$/s.exec(expression) ?? [];
  if (path === undefined || (expression.endsWith("=") && value === "")) {
    throw new Error(
      `pulumi.com/waitFor: format should be jsonpath={.path}=value or jsonpath={.path}, got "${expression}"`,
    );
  }
  const select = compilePath(path);
  return (object) => {
    if (isOutdated(object, {})) return waitingFor("the status of the current generation");
    const found = select(object)[0];
    if (found === undefined) return waitingFor(`{${path}}, which selects nothing yet`);
    if (value === undefined) return done;
    if (!isPlain(found)) throw new Error(`pulumi.com/waitFor: {${path}} is not a plain value`);
    return String(found) === value ? done : waitingFor(`{${path}}=${value} (found ${String(found)})`);
  };
}

function isPlain(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

export function conditionsOf(object: KubeObject): Props[] {
  const conditions = valueAt(object, "status", "conditions");
  return Array.isArray(conditions) ? conditions.filter(isObject) : [];
}

export function isOutdated(object: KubeObject, condition: Props): boolean {
  const generation = numberAt(object, "metadata", "generation");
  const observed =
    numberAt(condition, "observedGeneration") ?? numberAt(object, "status", "observedGeneration");
  return generation !== undefined && observed !== undefined && observed < generation;
}

function sameWord(value: unknown, word: string): boolean {
  return typeof value === "string" && value.toLowerCase() === word.toLowerCase();
}
