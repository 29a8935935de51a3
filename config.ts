import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { inconsistencies } from "./config/consistency.ts";
import { misspelledKeys } from "./config/misspelled-keys.ts";
import { type FoundConfig, problemsOf, report } from "./config/problems.ts";
import { schema } from "./config/schema.ts";

type Checked = z.output<typeof schema>;

interface KeyPair {
  accessKeyId: pulumi.Output<string>;
  secretAccessKey: pulumi.Output<string>;
}

type CephHost = NonNullable<Checked["cephHost"]> & { privateKey: pulumi.Output<string> };

/** The stack's config: checked, defaults filled in, secrets as secret outputs. */
export type StackConfig = Omit<Checked, "cephHost" | "cephHostPrivateKey" | keyof KeyPair> & {
  /** Whether something of `operator` is encrypted in the stack's config file. */
  isOperatorEncrypted: boolean;
} & ({ cephHost: CephHost; keys: KeyPair | undefined } | { cephHost: undefined; keys: KeyPair });

/** The config as the engine hands it over. */
export interface RawConfig {
  /** The stack's name; part of the default path and of error messages. */
  stack: string;
  /** By key without namespace; objects, lists, numbers and booleans as JSON. */
  values: Readonly<Record<string, string>>;
  /** Keys that are encrypted in the stack's config file. */
  encrypted: ReadonlySet<string>;
  /** Keys of other namespaces, as `namespace:key`. Default: none. */
  others?: readonly string[];
}

/**
 * Reads and checks the config of the stack that is running.
 *
 * @param stack the name that the default path is made of
 */
export function readConfig(stack = pulumi.getStack()): StackConfig {
  const namespace = "cnpg-rgw:";
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(namespace));
  const others = all.map(([key]) => key).filter((key) => !key.startsWith(namespace));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice(namespace.length), value]));
  // The SDK keeps to itself which keys are secret, so this reads what the language host tells the SDK.
  const told = process.env.PULUMI_CONFIG_SECRET_KEYS;
  const secrets = told ? z.array(z.string()).parse(JSON.parse(told)) : Object.keys(values);
  const encrypted = new Set(secrets.map((key) => key.replace(namespace, "")));
  return parseConfig({ stack, values, encrypted, others });
}

/** Checks config and fills in defaults. Throws one error that names every problem and the command that solves it. */
export function parseConfig(raw: RawConfig): StackConfig {
  const found = decode(raw);
  const result = schema.safeParse(found);
  const problems = [
    ...(result.error ? problemsOf(result.error, found, raw.encrypted) : []),
    ...inconsistencies(found, raw.encrypted),
    ...misspelledKeys(raw.others ?? []),
  ];
  const config = result.success && problems.length === 0 ? assemble(result.data, raw.encrypted) : undefined;
  // RunError: the engine prints just the message, without a stack trace.
  if (!config) throw new pulumi.RunError(report(raw.stack, problems));
  return config;
}

/**
 * JSON where a key may hold more than text. Empty values count as absent: Pulumi demands a value for every key that
 * Pulumi.yaml declares, and "", {} and [] are how it says that there is none.
 */
function decode({ stack, values }: RawConfig): FoundConfig {
  const decoded = Object.entries(values).map(
    ([key, text]) => [key, structured.has(key) ? fromJson(text) : plainText(text)] as const,
  );
  const present = decoded.filter(([, value]) => JSON.stringify(value) !== "{}" && value !== "");
  return { path: `/${stack}`, ...Object.fromEntries(present) };
}

const structured = new Set([
  "cephHost",
  "rgwUser",
  "singleDiskCeph",
  "namespaces",
  "operator",
  "manageBucket",
  "protectBucket",
  "barmanPlugin",
  "databases",
  "drills",
]);

/** A list or an object where text is meant stays one, to be refused: its JSON would be taken for a path or a key. */
function plainText(text: string): unknown {
  return /^(\[.+\]|\{.+\})$/s.test(text) ? fromJson(text) : text;
}

function fromJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeeperThan(50, value) ? text : value;
  } catch {
    return text;
  }
}

/** So deep that it can only be a mistake, and that programs run out of stack over it. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** Puts what belongs together under one name; undefined where the keys' consistency was not checked before. */
function assemble(checked: Checked, encrypted: ReadonlySet<string>): StackConfig | undefined {
  const { cephHost, cephHostPrivateKey, accessKeyId, secretAccessKey, ...others } = checked;
  const rest = { ...others, isOperatorEncrypted: encrypted.has("operator") };
  const keys = accessKeyId && secretAccessKey && { accessKeyId, secretAccessKey };
  if (cephHost && cephHostPrivateKey)
    return { ...rest, cephHost: { ...cephHost, privateKey: cephHostPrivateKey }, keys };
  return keys && { ...rest, cephHost: undefined, keys };
}
