import { Environment } from "@marcbachmann/cel-js";
import { Ajv, type DefinedError, type ErrorObject, type KeywordDefinition, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

import { type Schema, schemas } from "./schema.ts";
import type { CrdKind } from "./types.ts";

/** A place where a spec is not what the schema says. */
export type Violation = DefinedError | BrokenRule;

/** One of the CRD's own rules (in CEL) that a spec breaks. */
type BrokenRule = ErrorObject<typeof rulesKeyword, { text: string }>;

const rulesKeyword = "x-kubernetes-validations";

/** Every violation in a spec. Symbols in it stand for values that are not known yet, and break nothing. */
export function violations(kind: CrdKind, spec: unknown): Violation[] {
  const validate = validatorOf(kind);
  if (validate(spec)) return [];
  // Ajv's own type has any keyword; these are all that the generated schemas use.
  const all = (validate.errors ?? []) as Violation[];
  return all.filter(({ data }) => typeof data !== "symbol");
}

/** The schema of the value that breaks it. */
export function schemaOf({ parentSchema }: Violation): Schema {
  return (parentSchema ?? {}) as Schema;
}

// Compiling the Cluster's schema takes a moment, so it is done for the kinds that a program has, and once.
const validators = new Map<CrdKind, ValidateFunction>();

function validatorOf(kind: CrdKind): ValidateFunction {
  const known = validators.get(kind);
  if (known) return known;
  // Not optimized: that doubles the time to compile, and a program checks a few specs only.
  const code = { optimize: false };
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, keywords: [rules], code });
  addFormats.default(ajv);
  const validate = ajv.compile(schemas[kind]);
  validators.set(kind, validate);
  return validate;
}

interface Rule {
  rule: string;
  message: string;
  fieldPath?: string;
}

const cel = new Environment({ unlistedVariablesAreDyn: true });

const rules: KeywordDefinition = {
  keyword: rulesKeyword,
  errors: true,
  compile: (declared: Rule[]) => {
    const checks = declared.map(({ rule, message, fieldPath }) => ({
      holds: cel.parse(rule),
      message,
      fieldPath,
    }));
    const validate: { (self: unknown): boolean; errors?: Partial<BrokenRule>[] } = (self) => {
      const broken = checks.filter(({ holds }) => isFalse(() => holds({ self })));
      validate.errors = broken.map(({ message, fieldPath }) => ({
        keyword: rulesKeyword,
        params: { text: `${fieldPath ?? ""}: ${message}` },
      }));
      return broken.length === 0;
    };
    return validate;
  },
};

/** A rule that cannot be evaluated (on a field that is missing or not known yet) is left to the API server. */
function isFalse(evaluate: () => unknown): boolean {
  try {
    return evaluate() === false;
  } catch {
    return false;
  }
}
