import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type Rule, userError } from "./pulumi/arguments.ts";
import { bucketRule, caBundleRule, endpointRule, keyRule, regionRule } from "./s3/rules.ts";

/** What the platform's stack gives to the stacks of teams. Each part is read, and checked, when it is first asked for. */
export interface Platform {
  /** The S3 store, as `connection` of the components takes it. */
  readonly connection: PlatformConnection;

  /** The platform's bucket for backups. Keep the backups of each stack below a `path` of its own. */
  readonly bucket: pulumi.Output<string>;

  /** The databases of the platform's own config, by name. */
  readonly databases: pulumi.Output<Record<string, PlatformDatabase>>;
}

/** The platform's S3 store, with the platform's keys. */
export interface PlatformConnection {
  /** URL of the S3 endpoint. */
  endpoint: pulumi.Output<string>;

  /** Label that requests are signed with. */
  region: pulumi.Output<string>;

  /** PEM certificates of the store's private CA; undefined if it has none. */
  caBundle: pulumi.Output<string | undefined>;

  /** Secret. With its secret key it may read and delete the backups of every namespace of the platform. */
  accessKeyId: pulumi.Output<string>;

  /** Secret. */
  secretAccessKey: pulumi.Output<string>;
}

/** How to reach a database of the platform. */
export interface PlatformDatabase {
  /** Its namespace in Kubernetes. */
  namespace: string;

  /** Name of the Service of its primary, as pods in the cluster reach it on port 5432. */
  host: string;

  /** The Secret in its namespace with user, password and URI for applications. */
  secretName: string;

  /** Where its backups are: `s3://BUCKET/…`. */
  destinationPath: string;

  /** Barman's server name below that. */
  serverName: string;
}

/**
 * The outputs of the stack that the program of this package made, typed and checked. Secrets stay secret, and what is
 * not known in a preview stays unknown. An output that is missing or malformed is an error that names it.
 *
 * A stack that reads these outputs has the platform's S3 keys. For teams that must not have them, see
 * `examples/README.md`.
 */
export function platformOf(stack: pulumi.StackReference): Platform {
  const output = <T>(name: string, schema: z.ZodType<T>): pulumi.Output<T> => {
    const given: pulumi.Output<unknown> = stack.getOutput(name);
    const parsed = pulumi
      .all([stack.name, given])
      .apply(([stackName, value]) => ({ value: parsedOutput(stackName, name, value, schema) }));
    return parsed.apply(({ value }) => value);
  };
  return {
    get connection() {
      return {
        endpoint: output("endpoint", outputs.endpoint),
        region: output("region", outputs.region),
        caBundle: output("caBundle", outputs.caBundle),
        accessKeyId: pulumi.secret(output("accessKeyId", outputs.key)),
        secretAccessKey: pulumi.secret(output("secretAccessKey", outputs.key)),
      };
    },
    get bucket() {
      return output("bucket", outputs.bucket);
    },
    get databases() {
      return output("databases", outputs.databases);
    },
  };
}

function ruled(rule: Rule<string>) {
  return z.string({ error: "must be text" }).superRefine((value, context) => {
    const problem = rule(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
}

/** What is taken for an output. @internal */
export const outputs = {
  endpoint: ruled(endpointRule),
  region: ruled(regionRule),
  caBundle: ruled(caBundleRule).optional(),
  key: ruled(keyRule),
  bucket: ruled(bucketRule),
  databases: z.record(
    z.string(),
    z.object({
      namespace: z.string(),
      host: z.string(),
      secretName: z.string(),
      destinationPath: z.string(),
      serverName: z.string(),
    }),
  ),
};

/** The value of an output, once it is parsed. The error shows no value: an output may be a secret. @internal */
export function parsedOutput<T>(stackName: string, name: string, value: unknown, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const advice = "Check that this is the stack of the platform";
  if (value === undefined) {
    throw userError(
      `stack ${stackName} has no output ${name}. ${advice}, and run \`pulumi up\` there, with a version of the program ` +
        "that has this output.",
      undefined,
    );
  }
  const problems = error.issues.map(({ path, message }) => `${[name, ...path].join(".")} ${message}`);
  throw userError(
    `stack ${stackName} has an output that cannot be used: ${problems.join("; ")}. ${advice}, and correct it there.`,
    undefined,
  );
}
