import { z } from "zod";
import {
  checkInputs,
  diffInputs,
  secret,
  UNKNOWN,
  type CheckFailure,
  type Props,
  type Resource,
} from "../sdk/provider.ts";
import { generateText, type TextOptions } from "./generate.ts";

const count = z.int().min(0);
const Inputs = z.strictObject({
  keepers: z.record(z.string(), z.string()).optional(),
  length: z.int().min(1),
  lower: z.boolean().default(true),
  upper: z.boolean().default(true),
  /** The older name of `numeric`. */
  number: z.boolean().optional(),
  numeric: z.boolean().optional(),
  special: z.boolean().default(true),
  minLower: count.default(0),
  minUpper: count.default(0),
  minNumeric: count.default(0),
  minSpecial: count.default(0),
  overrideSpecial: z.string().default(""),
});

/** A password: its text is secret, and its id says nothing. */
export const randomPassword = textResource("random:index/randomPassword:RandomPassword", {
  idOf: () => "none",
  mark: secret,
  schemaVersion: 3,
});

/** A random name: its text is its id. */
export const randomString = textResource("random:index/randomString:RandomString", {
  idOf: (text) => text,
  mark: (text) => text,
  schemaVersion: 2,
});

interface Kind {
  idOf: (text: string) => string;
  mark: (text: unknown) => unknown;
  /** Of the Terraform provider behind the official plugin. */
  schemaVersion: number;
}

function textResource(type: string, { idOf, mark, schemaVersion }: Kind): Resource {
  return {
    check: ({ news }) =>
      Promise.resolve({
        inputs: news,
        failures: [...checkInputs(type, Inputs, news), ...checkAlphabet(news)],
      }),
    // Whatever changes, the text is made anew.
    diff: ({ olds, news }) => {
      const [before, after] = [withDefaults(olds), withDefaults(news)];
      const { changes } = diffInputs(before, after, { replaceOn: Object.keys({ ...before, ...after }) });
      return Promise.resolve({ changes, answer: "names" });
    },
    create: ({ inputs, preview }) => {
      const declared = withDefaults(inputs);
      // Not marked: in a preview the SDK alone says that a password is secret.
      if (preview) return Promise.resolve({ id: "", outputs: { ...declared, id: UNKNOWN, result: UNKNOWN } });
      const text = generateText(toOptions(inputs));
      const id = idOf(text);
      const outputs = { ...declared, ...notesOfBridge(declared, schemaVersion), id, result: mark(text) };
      return Promise.resolve({ id, outputs });
    },
    read: ({ id, inputs, state }) => {
      const { result, bcryptHash } = state;
      const hash = bcryptHash === undefined ? undefined : secret(bcryptHash);
      const notes = notesOfBridge(state, schemaVersion);
      return Promise.resolve({
        id,
        inputs,
        outputs: { ...state, ...notes, result: mark(result), bcryptHash: hash },
      });
    },
    update: () => Promise.reject(new Error(`${type} cannot change in place`)),
    delete: () => Promise.resolve(),
  };
}

/** What the official plugin, a bridge to a Terraform provider, needs to read its state again. */
function notesOfBridge(outputs: Props, schemaVersion: number): Props {
  const absent = secret({ replace: { raw: null } });
  const keepers = outputs.keepers === undefined ? absent : { map: {} };
  const overrideSpecial = outputs.overrideSpecial === undefined ? absent : undefined;
  return {
    __meta: JSON.stringify({ schema_version: String(schemaVersion) }),
    __pulumi_raw_state_delta: { obj: { ps: { keepers, overrideSpecial } } },
  };
}

function checkAlphabet(inputs: Props): CheckFailure[] {
  const parsed = Inputs.safeParse(inputs);
  if (!parsed.success) return [];
  const options = toOptions(inputs);
  const { length, minLower, minUpper, minNumeric, minSpecial } = options;
  const minimum = minLower + minUpper + minNumeric + minSpecial;
  if (minimum > length) {
    return [
      {
        property: "length",
        reason: `is ${length}, less than the ${minimum} characters that the minima ask for`,
      },
    ];
  }
  if (!options.lower && !options.upper && !options.numeric && !options.special && minimum < length) {
    return [{ property: "lower", reason: "one of lower, upper, numeric and special must be true" }];
  }
  return [];
}

function toOptions(inputs: Props): TextOptions {
  const { number, numeric, ...rest } = Inputs.omit({ keepers: true }).strip().parse(known(inputs));
  return { ...rest, numeric: numeric ?? number ?? true };
}

/** The inputs with their defaults, so that spelling out a default is no change. */
function withDefaults(inputs: Props): Props {
  const defaults = {
    lower: true,
    upper: true,
    special: true,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
  };
  const numeric = inputs.numeric ?? inputs.number ?? true;
  return { ...defaults, ...known(inputs), numeric, number: numeric };
}

function known(inputs: Props): Props {
  return Object.fromEntries(
    Object.entries(inputs).filter(([key, value]) => !key.startsWith("__") && value !== null),
  );
}
