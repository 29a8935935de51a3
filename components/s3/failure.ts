import { z } from "zod";

import { asciiJson } from "../pulumi/arguments.ts";
import { withoutSecrets } from "../text/masked.ts";
import type { S3Connection } from "./connection.ts";
import { limitAdvice, limitIn } from "./store-limits.ts";

/** What is wrong, by where to look for it. */
export type S3FailureKind =
  | "name"
  | "network"
  | "tls"
  | "server"
  | "clock"
  | "key"
  | "region"
  | "bucket"
  | "permission"
  | "quota"
  | "unknown";

/** Where a request went: what the sentence about its failure may show. */
export interface S3Target {
  connection: S3Connection;
  bucket: string;

  /** What was tried, as in "could not …". */
  attempt: string;
}

/** A failed request to an S3 store, as one sentence that says what is wrong and what to do; never with a key. */
export class S3Failure extends Error {
  override readonly name = "S3Failure";
  readonly kind: S3FailureKind;

  constructor(kind: S3FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

// What Node.js, its TLS layer and the S3 SDK put on the errors that they throw.
const thrown = z.object({
  name: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
  $response: z
    .object({ headers: z.record(z.string(), z.string().optional().catch(undefined)) })
    .optional()
    .catch(undefined),
});

type Thrown = z.infer<typeof thrown>;

/** The failure that an error of Node.js or of the S3 SDK stands for. */
export function classify(error: unknown, target: S3Target, now = new Date()): S3Failure {
  if (error instanceof S3Failure) return error;
  const parsed = thrown.safeParse(innermost(error));
  const known: Thrown = parsed.success ? parsed.data : {};
  const { kind, problem } =
    problemOfTransport(known, target) ?? problemOfAnswer(known, target, now) ?? unknownProblem(known, target);
  const { endpoint } = target.connection;
  return new S3Failure(kind, `S3 ${kind} problem: could not ${target.attempt} at ${endpoint}: ${problem}`);
}

/** Node.js tries every address of a name, and wraps what it got from each; undici wraps its cause. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error) return innermost(error.cause);
  return error;
}

interface Problem {
  kind: S3FailureKind;
  problem: string;
}

function problemOfTransport(error: Thrown, { connection }: S3Target): Problem | undefined {
  const { hostname, host, protocol } = new URL(connection.endpoint);
  const code = error.code ?? "";
  const name = (problem: string): Problem => ({ kind: "name", problem });
  const network = (problem: string): Problem => ({ kind: "network", problem });
  const tls = (problem: string): Problem => ({ kind: "tls", problem });

  if (code === "ENOTFOUND" || code.startsWith("EAI_")) {
    return name(
      `the name ${hostname} does not resolve (${code}). Check its spelling and this machine's DNS.`,
    );
  }
  if (code === "ECONNREFUSED") {
    return network(`${host} refuses connections. Check the port, and that the S3 server is running.`);
  }
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return network(`there is no route to ${host} (${code}). Check the address, VPN and routing.`);
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    const https =
      protocol === "http:" ? " Does this port speak https? Then write https:// in the endpoint." : "";
    return network(`${host} closed the connection without an answer.${https} Look in the S3 server's log.`);
  }
  if (code === "ETIMEDOUT" || error.name === "TimeoutError" || error.name === "AbortError") {
    return network(
      `${host} did not answer in time. Check the address and firewalls, and that the store is healthy: Ceph stops` +
        " answering when it is full or its OSDs are down (`ceph -s`).",
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = /altnames?: (.*)$/i.exec(error.reason ?? error.message ?? "")?.[1] ?? "not this one";
    return tls(
      `its certificate is not for ${hostname} (${names}). Use a name of the certificate in the endpoint.`,
    );
  }
  if (code === "CERT_HAS_EXPIRED") return tls("its certificate has expired. Renew it on the S3 server.");
  if (code === "CERT_NOT_YET_VALID")
    return tls("its certificate is not valid yet. Check this machine's clock.");
  if (untrusted.has(code)) {
    const hint = connection.caBundle === undefined ? "Set caBundle to the CA" : "caBundle is not the CA";
    return tls(
      `its certificate is signed by a CA that is not trusted (${code}). ${hint} that signed it, in PEM.`,
    );
  }
  if (code.startsWith("HPE_")) {
    return { kind: "server", problem: `${host} does not speak HTTP. Check the port.` };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    return tls(`${host} does not speak TLS. If it is a plain http port, write http:// in the endpoint.`);
  }
  return undefined;
}

const untrusted = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "INVALID_CA",
]);

function problemOfAnswer(error: Thrown, target: S3Target, now: Date): Problem | undefined {
  const status = error.$metadata?.httpStatusCode;
  const { bucket } = target;
  const limit = limitIn(error.name ?? "", error.message ?? "", status);
  if (limit !== undefined) return { kind: "quota", problem: limitAdvice[limit] };
  switch (error.name) {
    case "RequestTimeTooSkewed":
    case "RequestExpired":
      return { kind: "clock", problem: clockProblem(error.$response?.headers.date, now) };
    case "InvalidAccessKeyId":
      return {
        kind: "key",
        problem: "the store does not know the access key. Check accessKeyId, and the endpoint.",
      };
    case "UserSuspended":
      return {
        kind: "key",
        problem: "the user of the access key is suspended. Enable it, or use another user.",
      };
    case "SignatureDoesNotMatch":
      return {
        kind: "key",
        problem: "the secret key does not belong to the access key. Check secretAccessKey.",
      };
    case "AuthorizationHeaderMalformed":
      return {
        kind: "region",
        problem: "the store requires another signing region. Set region to the store's own.",
      };
    case "NoSuchBucket":
      return { kind: "bucket", problem: `bucket ${bucket} does not exist. ${absentBucketAdvice}` };
    case "BucketAlreadyExists":
      return { kind: "bucket", problem: takenBucket(bucket) };
    case "BucketNotEmpty":
      return {
        kind: "bucket",
        problem: `bucket ${bucket} is not empty: something was written to it meanwhile. Find out what writes there.`,
      };
  }
  if (status === 403) {
    const problem =
      `the keys are valid, but may not do this in bucket ${bucket}${inItsWords(error, target)}. Use the keys of the` +
      " bucket's owner, or allow it in the bucket's policy.";
    return { kind: "permission", problem };
  }
  if (status === 404) return { kind: "bucket", problem: `bucket ${bucket} was not found. Check its name.` };
  if (status !== undefined && status >= 500) {
    const problem = `the store failed (HTTP ${status})${inItsWords(error, target)}. Check its log, and try again.`;
    return { kind: "server", problem };
  }
  return undefined;
}

/** The engine assumes that a bucket it has created still exists until it is told to refresh. */
const absentBucketAdvice =
  "Check its name, or create it. If a stack created it and it was deleted since, `pulumi up --refresh` of that stack" +
  " creates it again, empty.";

/** The message for a bucket name that another user has. */
function takenBucket(bucket: string): string {
  return (
    `bucket ${bucket} exists and belongs to another user of the store. Choose another bucket name,` +
    ` or use the keys of the user who owns it ${ownerByCeph(bucket)}.`
  );
}

/** How to learn who owns a bucket. */
export const ownerByCeph = (bucket: string): string =>
  `(on Ceph: \`radosgw-admin bucket stats --bucket=${bucket}\` names the owner)`;

/** More than this, and S3 stores refuse signatures. */
const toleratedSkewSeconds = 15 * 60;

/** What to say if this machine's clock and that of the server, as in its Date header, are too far apart. */
export function skewProblem(serverDate: string | undefined, now: Date): string | undefined {
  const seconds = skewSeconds(serverDate, now);
  return seconds !== undefined && Math.abs(seconds) > toleratedSkewSeconds
    ? clockProblem(serverDate, now)
    : undefined;
}

function skewSeconds(serverDate: string | undefined, now: Date): number | undefined {
  const server = Date.parse(serverDate ?? "");
  return Number.isNaN(server) ? undefined : Math.round((now.getTime() - server) / 1000);
}

function clockProblem(serverDate: string | undefined, now: Date): string {
  const seconds = skewSeconds(serverDate, now);
  const by =
    seconds === undefined
      ? ""
      : ` by ${Math.abs(seconds)} s: this one is ${seconds > 0 ? "ahead" : "behind"}`;
  return `the clocks of this machine and the S3 server differ${by}. Set both by NTP; S3 allows 15 minutes.`;
}

/** What a store says beside the code, where that is more than the code in other words. */
function inItsWords({ name = "", message = "" }: Thrown, { connection }: S3Target): string {
  const words = withoutKeys(message, connection).replace(/[.\s]+$/, "");
  const isCode = ["", "unknown", "unknownerror", "forbidden", name.toLowerCase()].includes(
    words.toLowerCase().replaceAll(/[^a-z]/g, ""),
  );
  return isCode ? "" : ` (it says ${asciiJson(JSON.stringify(words.slice(0, 200)))})`;
}

function unknownProblem(error: Thrown, { connection }: S3Target): Problem {
  const status = error.$metadata?.httpStatusCode;
  const said = [error.name, status && `HTTP ${status}`, error.code, error.message]
    .filter((part) => part)
    .join(", ");
  return {
    kind: "unknown",
    problem: `${withoutKeys(said, connection).slice(0, 300)}. Look in the S3 server's log.`,
  };
}

function withoutKeys(text: string, { accessKeyId, secretAccessKey }: S3Connection): string {
  // A newline at a key's end is not seen in what a store says of it.
  const keys = [secretAccessKey, accessKeyId].flatMap((key) => [key, key.trim()]).filter((key) => key !== "");
  return withoutSecrets(text, keys);
}
