import { X509Certificate } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

/** Every message completes the sentence "cnpg-rgw:<key> … must be …", after the value that was found. */
const text = (pattern: RegExp, mustBe: string) => z.string(mustBe).regex(pattern, mustBe);

const secret = <T extends z.ZodType<string>>(schema: T) => schema.transform((value) => pulumi.secret(value));

const isOrigin = (value: string): boolean => {
  const url = URL.parse(value);
  if (!url || !["http:", "https:"].includes(url.protocol)) return false;
  return url.pathname === "/" && !url.username && !url.password && !url.search && !url.hash;
};

const endpointMustBe = "must be an http:// or https:// URL: host and port, no path, query or credentials";
const endpoint = z
  .string(endpointMustBe)
  .refine(isOrigin, endpointMustBe)
  .transform((value) => new URL(value).origin);

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, which RGW follows too
const bucketMustBe =
  "must be a valid S3 bucket name: 3 to 63 lower-case letters, digits, '-' and '.', starting and ending with a letter or digit, no '..', not an IP address";
const bucket = text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketMustBe)
  .refine((name) => !name.includes(".."), bucketMustBe)
  .refine((name) => !/^\d+\.\d+\.\d+\.\d+$/.test(name), bucketMustBe)
  .refine((name) => !/^xn--|^sthree-|-s3alias$|--ol-s3$/.test(name), bucketMustBe);

const pathMustBe =
  "must start with '/' and have parts of letters, digits and -_.!'()*, such as /homelab-cluster";
const path = text(/^(\/[\w.!'()*-]+)+$/, pathMustBe).refine(
  (value) => !value.split("/").some((part) => part === "." || part === ".."),
  pathMustBe,
);

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const isCertificate = (pem: string): boolean => {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
};
const caBundleMustBe =
  "must be one or more PEM certificates (-----BEGIN CERTIFICATE-----), without private keys";
const caBundle = z.string(caBundleMustBe).refine((pem) => {
  const certificates = pem.match(certificate) ?? [];
  return certificates.length > 0 && certificates.every(isCertificate) && !pem.includes("PRIVATE KEY");
}, caBundleMustBe);

const cephHost = z.strictObject(
  {
    address: text(/^[\w:][\w.:-]*$/, "must be a host name or an IP address, the port is a key of its own"),
    port: z
      .int("must be a port, 1 to 65535")
      .min(1, "must be a port, 1 to 65535")
      .max(65535, "must be a port, 1 to 65535")
      .default(22),
    user: text(/^[A-Za-z_][\w.-]*$/, "must be the name of a user on the Ceph host"),
    hostKey: text(
      /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) AAAA[A-Za-z0-9+/]+={0,2}( \S+)?$/,
      "must be the host's SSH public key, '<type> <base64>', such as ssh-ed25519 AAAA…",
    ),
  },
  "must be an object with address, user and hostKey",
);

// Base64 is left to the provider that uses the key; the frame tells a key from a path to one, the usual slip.
const privateKey = text(
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]+\n-----END [A-Z ]*PRIVATE KEY-----\s*$/,
  "must be an SSH private key (-----BEGIN OPENSSH PRIVATE KEY-----), not the path of one",
);

const count = (mustBe: string) => z.int(mustBe).min(1, mustBe);
const command = text(/^\S(.*\S)?$/, "must be a command, words separated by spaces");

const rgwUser = z.strictObject(
  {
    uid: text(/^[\w.@$-]+$/, "must be an RGW user id: letters, digits and -_.@, or tenant$user").default(
      "cnpg-backup",
    ),
    displayName: text(/^[^\p{Cc}]+$/u, "must be a name without control characters").default(
      "CNPG Backup User",
    ),
    maxBuckets: count("must be a whole number, 1 or more").default(10),
    quota: z
      .strictObject(
        {
          maxSizeBytes: count("must be a whole number of bytes, 1 or more").exactOptional(),
          maxObjects: count("must be a whole number, 1 or more").exactOptional(),
        },
        "must be an object with maxSizeBytes or maxObjects",
      )
      .exactOptional(),
  },
  "must be an object with uid, displayName, maxBuckets or quota",
);

const namespaceName = text(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "must be the name of a Kubernetes namespace: up to 63 lower-case letters, digits and '-'",
);
const namespaceMustBe = "must be the name of a namespace, or an object with name and create";
const namespace = z.preprocess(
  (value) => (typeof value === "string" ? { name: value } : value),
  z.strictObject(
    { name: namespaceName, create: z.boolean("must be true or false").default(false) },
    namespaceMustBe,
  ),
);

const plainText = (what: string) => text(/^\S+$/, `must be ${what}`);
const operator = z.strictObject(
  {
    chartVersion: plainText("the version of a Helm chart, such as 0.29.0").optional(),
    chart: plainText("the name, path or oci:// URL of a Helm chart").optional(),
    repository: text(
      /^https?:\/\/\S+$/,
      "must be the http:// or https:// URL of a Helm repository",
    ).optional(),
    values: z.record(z.string(), z.unknown(), "must be an object of Helm values").default({}),
  },
  "must be an object with chartVersion, chart, repository or values",
);

const singleDiskCeph = z.strictObject(
  { enabled: z.boolean("must be true or false").default(false), ceph: command.default("ceph") },
  "must be an object with enabled or ceph",
);

/** The shape of each key by itself; what the keys say together is checked in `consistency.ts`. */
export const schema = z.strictObject({
  endpoint,
  region: text(/^[\w-]{1,64}$/, "must be up to 64 letters, digits, '-' and '_'").default("local"),
  bucket: bucket.default("cnpg-backups"),
  path,
  caBundle: caBundle.optional(),
  protectBucket: z.boolean("must be true or false").default(true),
  cephHost: cephHost.optional(),
  cephHostPrivateKey: secret(privateKey).optional(),
  radosgwAdmin: command.default("radosgw-admin"),
  rgwUser: rgwUser.prefault({}),
  singleDiskCeph: singleDiskCeph.prefault({}),
  accessKeyId: secret(text(/^[!-~]{1,128}$/, "must be printable characters without spaces")).optional(),
  secretAccessKey: secret(text(/^[!-~]{1,256}$/, "must be printable characters without spaces")).optional(),
  namespaces: z.array(namespace, "must be a list of namespaces").default([]),
  operator: operator.prefault({}),
});

export type StackConfig = z.output<typeof schema>;
