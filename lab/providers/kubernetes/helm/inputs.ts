import { z } from "zod";
import { checkInputs, containsUnknown, type CheckFailure, type Props } from "../../sdk/provider.ts";

const values = z.record(z.string(), z.unknown());

/** The inputs of a Release that this provider knows, as the official schema has them. */
export const releaseSchema = z.strictObject({
  chart: z.string().min(1),
  name: z.string().optional(),
  namespace: z.string().optional(),
  version: z.string().optional(),
  values: values.optional(),
  repositoryOpts: z
    .strictObject({
      repo: z.string().optional(),
      caFile: z.string().optional(),
      certFile: z.string().optional(),
      keyFile: z.string().optional(),
      password: z.literal("").optional(),
      username: z.literal("").optional(),
    })
    .optional(),
  atomic: z.boolean().optional(),
  cleanupOnFail: z.boolean().optional(),
  createNamespace: z.boolean().optional(),
  dependencyUpdate: z.boolean().optional(),
  description: z.string().optional(),
  devel: z.boolean().optional(),
  disableCRDHooks: z.boolean().optional(),
  disableOpenapiValidation: z.boolean().optional(),
  disableWebhooks: z.boolean().optional(),
  forceUpdate: z.boolean().optional(),
  maxHistory: z.number().int().nonnegative().optional(),
  renderSubchartNotes: z.boolean().optional(),
  replace: z.boolean().optional(),
  resetValues: z.boolean().optional(),
  reuseValues: z.boolean().optional(),
  skipAwait: z.boolean().optional(),
  skipCrds: z.boolean().optional(),
  timeout: z.number().int().nonnegative().optional(),
  waitForJobs: z.boolean().optional(),
  // No effect since nulls in values are kept anyway.
  allowNullValues: z.boolean().optional(),
  // Not implemented: as the plugin sets them where the program says nothing.
  keyring: z.literal("").optional(),
  lint: z.literal(false).optional(),
  postrender: z.literal("").optional(),
  recreatePods: z.literal(false).optional(),
  verify: z.literal(false).optional(),
});

const flags = [
  ...["allowNullValues", "atomic", "cleanupOnFail", "createNamespace", "dependencyUpdate", "devel"],
  ...[
    "disableCRDHooks",
    "disableOpenapiValidation",
    "disableWebhooks",
    "forceUpdate",
    "lint",
    "recreatePods",
  ],
  ...["renderSubchartNotes", "replace", "resetValues", "reuseValues", "skipAwait", "skipCrds", "verify"],
  "waitForJobs",
];
const texts = ["description", "keyring", "postrender"];

/** A release's inputs where the program says nothing: the plugin writes each of them into inputs and state. */
export const unsetInputs: Props = {
  ...Object.fromEntries(flags.map((key) => [key, false])),
  ...Object.fromEntries(texts.map((key) => [key, ""])),
  timeout: 0,
};

export const unsetRepository: Props = Object.fromEntries(
  ["caFile", "certFile", "keyFile", "password", "repo", "username"].map((key) => [key, ""]),
);

export type ReleaseInputs = z.infer<typeof releaseSchema> & { name: string; namespace: string };

/** What the SDK sends beside the inputs: outputs that it also takes as inputs, and a constant of its own. */
const outputsOnly = ["resourceNames", "status", "compat"];

export function checkRelease(news: Props): CheckFailure[] {
  return checkInputs("kubernetes:helm.sh/v3:Release", releaseSchema, declared(news));
}

export function parseRelease(inputs: Props): ReleaseInputs {
  const parsed = releaseSchema.required({ name: true, namespace: true }).parse(declared(inputs));
  return parsed;
}

export function isResolvable(inputs: Props): boolean {
  return !containsUnknown(inputs);
}

export function declared(inputs: Props): Props {
  const entries = Object.entries(inputs).filter(
    ([key]) => !key.startsWith("__") && !outputsOnly.includes(key),
  );
  return Object.fromEntries(entries);
}
