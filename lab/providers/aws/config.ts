import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { homedir } from "node:os";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { z } from "zod";
import { checkInputs, isObject, type CheckFailure, type Props } from "../sdk/provider.ts";
import { requireProfile } from "./profile.ts";

const CONNECT_TIMEOUT_MS = 10_000;
// A full Ceph cluster never answers: without a limit the operation would hang.
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_ATTEMPTS = 5; // the official provider's: 25

/** Provider options that are not strings arrive as JSON text. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (typeof value === "string" ? parseJson(value) : value), schema);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const flag = json(z.boolean());
const requiredFlag = (effect: string) =>
  json(
    z.literal(
      true,
      `must be true: the lab's own aws provider talks to S3 and nothing else (${effect}); an S3 store other than AWS needs it with the official provider too`,
    ),
  );

const Config = z.strictObject({
  region: z.string().min(1),
  accessKey: z.string().min(1),
  secretKey: z.string().min(1),
  /** Attempts, as the official provider counts them, for all its name. */
  maxRetries: json(z.int().positive()).default(MAX_ATTEMPTS),
  /** Path of a PEM file; may start with ~. */
  customCaBundle: z.string().optional(),
  endpoints: json(z.array(z.strictObject({ s3: z.url({ protocol: /^https?$/ }) })).length(1)),
  s3UsePathStyle: flag.default(false),
  skipCredentialsValidation: requiredFlag("no STS"),
  skipRequestingAccountId: requiredFlag("no STS, no IAM"),
  skipMetadataApiCheck: requiredFlag("no EC2 metadata"),
  skipRegionValidation: flag.default(true),
  profile: z.string().optional(),
  sharedConfigFiles: json(z.array(z.string())).optional(),
  sharedCredentialsFiles: json(z.array(z.string())).optional(),
  /** Hosts to reach without a proxy. This provider knows none in any case. */
  noProxy: z.string().optional(),
});
export type Config = z.infer<typeof Config>;

// The engine's own entries among the provider's inputs.
const ENGINE_KEYS = ["version", "pluginDownloadURL"];

export function checkConfig(config: Props): CheckFailure[] {
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => !ENGINE_KEYS.includes(key)));
  return checkInputs("pulumi:providers:aws", Config, own);
}

export function parseConfig(config: Props): Config {
  const result = Config.safeParse(
    Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith("__"))),
  );
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`configuration of the aws provider: ${problems.join("; ")}`);
}

const awsRegion = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;

/**
 * The region in which the provider takes itself to be. With an endpoint of one's own, one that Amazon could not have is
 * us-east-1 to it (since terraform-provider-aws#46000), and requests alone are signed for what was given.
 */
export function effectiveRegion({ region }: Config): string {
  return awsRegion.test(region) ? region : "us-east-1";
}

export function createClient(config: Config, environment: NodeJS.ProcessEnv = process.env): S3Client {
  requireProfile(config, environment);
  const caBundle = config.customCaBundle ?? environment.AWS_CA_BUNDLE;
  const ca = caBundle === undefined || caBundle === "" ? undefined : readCaBundle(caBundle);
  const client = new S3Client({
    region: effectiveRegion(config),
    credentials: { accessKeyId: config.accessKey, secretAccessKey: config.secretKey },
    endpoint: config.endpoints[0]?.s3 ?? "",
    forcePathStyle: config.s3UsePathStyle,
    // Stores that do not know the newer checksums keep them as part of the object, or refuse the request.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: config.maxRetries,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
    }),
  });
  signFor(config.region, client);
  return client;
}

/** Signs requests for a region that need not be the client's own, as upstream does. */
function signFor(region: string, client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const scheme = childOf(childOf(context, "__smithy_context"), "selectedHttpAuthScheme");
      const properties = childOf(childOf(scheme, "httpAuthOption"), "signingProperties");
      if (isObject(properties)) properties.signingRegion = region;
      return next(args);
    },
    { step: "build", name: "signForRegion" },
  );
}

function childOf(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function readCaBundle(path: string): string {
  try {
    return readFileSync(path.replace(/^~(?=\/)/, homedir()), "utf8");
  } catch (error) {
    throw new Error(`configuration of the aws provider: customCaBundle: cannot read ${path}`, {
      cause: error,
    });
  }
}
