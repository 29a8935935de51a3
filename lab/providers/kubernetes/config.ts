import { z } from "zod";
import { checkInputs, UNKNOWN, type CheckFailure, type Props } from "../sdk/provider.ts";

/** Provider options arrive as text: `"true"`, or JSON for an object. */
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

function json<Schema extends z.ZodType>(schema: Schema) {
  return z.union([
    schema,
    z
      .string()
      .transform((text, context) => parseJson(text, context))
      .pipe(schema),
  ]);
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("must be a JSON object");
    return z.NEVER;
  }
}

const helmReleaseSettings = z.strictObject({
  driver: z.enum(["secret", "configmap", "memory", "sql"]).optional(),
  pluginsPath: z.string().optional(),
  registryConfigPath: z.string().optional(),
  repositoryCache: z.string().optional(),
  repositoryConfigPath: z.string().optional(),
});

const kubeClientSettings = z.strictObject({
  burst: z.coerce.number().optional(),
  qps: z.coerce.number().optional(),
  timeout: z.coerce.number().positive().optional(),
});

const configSchema = z.strictObject({
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  clusterIdentifier: z.string().optional(),
  enableServerSideApply: flag
    .optional()
    .refine((on) => on !== false, "the lab's own Kubernetes provider has server-side apply only"),
  enableConfigMapMutable: flag.optional(),
  enableSecretMutable: flag.optional(),
  enablePatchForce: flag.optional(),
  upsertExistingObjects: flag.optional(),
  deleteUnreachable: flag.optional(),
  suppressDeprecationWarnings: flag.optional(),
  suppressHelmHookWarnings: flag.optional(),
  helmReleaseSettings: json(helmReleaseSettings).optional(),
  kubeClientSettings: json(kubeClientSettings).optional(),
});

export type HelmSettings = z.infer<typeof helmReleaseSettings>;

export interface Settings {
  /** A path or the content of a kubeconfig. Default: `$KUBECONFIG`, then `~/.kube/config`. */
  kubeconfig: string | undefined;
  context: string | undefined;
  cluster: string | undefined;
  /** For objects that name none. Default: that of the kubeconfig's context. */
  namespace: string | undefined;
  enableSecretMutable: boolean;
  enableConfigMapMutable: boolean;
  enablePatchForce: boolean;
  upsertExistingObjects: boolean;
  deleteUnreachable: boolean;
  requestTimeoutSeconds: number;
  helm: HelmSettings;
}

const defaultRequestTimeoutSeconds = 32;

/** Options of every provider resource, which are the engine's own business. */
const engineOptions = new Set(["version", "pluginDownloadURL", "pluginChecksums"]);

export function checkConfig(news: Props): CheckFailure[] {
  const own = Object.entries(news).filter(([key]) => !engineOptions.has(key));
  return checkInputs("the provider's configuration", configSchema, Object.fromEntries(own));
}

/** The provider's options; a flag that is not set may be set by an environment variable. */
export function parseConfig(config: Props, environment: NodeJS.ProcessEnv = process.env): Settings {
  const known = Object.entries(config).filter(([key, value]) => !key.startsWith("__") && value !== UNKNOWN);
  const parsed = configSchema.parse(Object.fromEntries(known));
  const on = (value: boolean | undefined, variable: string) => value ?? environment[variable] === "true";
  const text = (value: string | undefined) => (value === "" ? undefined : value);
  return {
    kubeconfig: text(parsed.kubeconfig),
    context: text(parsed.context),
    cluster: text(parsed.cluster),
    namespace: text(parsed.namespace),
    enableSecretMutable: on(parsed.enableSecretMutable, "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    enableConfigMapMutable: on(parsed.enableConfigMapMutable, "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    enablePatchForce: on(parsed.enablePatchForce, "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    upsertExistingObjects: on(parsed.upsertExistingObjects, "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    deleteUnreachable: on(parsed.deleteUnreachable, "PULUMI_K8S_DELETE_UNREACHABLE"),
    requestTimeoutSeconds: parsed.kubeClientSettings?.timeout ?? defaultRequestTimeoutSeconds,
    helm: parsed.helmReleaseSettings ?? {},
  };
}
