import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import {
  accessKeyIdRule,
  addressRule,
  bucketRule,
  caBundleRule,
  chartRule,
  chartVersionRule,
  commandRule,
  displayNameRule,
  endpointRule,
  existingKeysRule,
  hostKeyRule,
  imageRule,
  keyRotationRule,
  maxBucketsRule,
  namespaceRule,
  portRule,
  privateKeyRule,
  quotaRule,
  regionRule,
  releaseRule,
  repositoryRule,
  secretAccessKeyRule,
  shown,
  sshUserRule,
  takeOverFromRule,
  uidRule,
} from "../components/internal.ts";
import { databaseEntry } from "./database-schema.ts";
import { number, text, yesOrNo } from "./values.ts";

const secret = <T extends z.ZodType<string>>(schema: T) => schema.transform((value) => pulumi.secret(value));

const endpoint = text("must be the URL of the S3 endpoint, http or https", endpointRule).transform(
  (url) => new URL(url).origin,
);

// Stricter than S3: the path is part of many URLs and commands to come.
const pathMustBe =
  "must start with / and have parts of letters, digits and -_. only, at most 512 characters, such as /homelab-cluster";
const path = text(pathMustBe, (value) =>
  /^(\/(?!\.{1,2}(\/|$))[\w.-]+)+$/.test(value) && value.length <= 512
    ? undefined
    : `${pathMustBe}, not ${shown(value)}`,
);

const cephHost = z.strictObject(
  {
    address: text("must be the Ceph host's name or IP address", addressRule),
    port: number("must be a TCP port", portRule).default(22),
    user: text("must be the SSH user name", sshUserRule),
    hostKey: text("must be the Ceph host's SSH public key, used to verify the host", hostKeyRule),
  },
  "must be an object with address, user and hostKey",
);

const command = text("must be a command line", commandRule);

const rgwUser = z.strictObject(
  {
    uid: text("must be the id of an RGW user", uidRule).default("cnpg-backup"),
    displayName: text("must be a display name", displayNameRule).default("CNPG Backup User"),
    maxBuckets: number("must be a number of buckets", maxBucketsRule).default(10),
    existingKeys: text(
      "must say what happens to the keys of an existing user",
      existingKeysRule,
    ).exactOptional(),
    keyRotation: z
      .preprocess(
        // `pulumi config set --path` makes a number of 2, and of 2026.
        (value) => (typeof value === "number" ? String(value) : value),
        text("must be a text, such as a date", keyRotationRule),
      )
      .exactOptional(),
    takeOverFrom: text("must be the stack that managed the user before", takeOverFromRule).exactOptional(),
    quota: z
      .strictObject(
        {
          maxSizeBytes: number("must be a number of bytes", quotaRule).exactOptional(),
          maxObjects: number("must be a number of objects", quotaRule).exactOptional(),
        },
        "must be an object with maxSizeBytes or maxObjects",
      )
      .exactOptional(),
  },
  "must be an object with uid, displayName, maxBuckets, existingKeys, keyRotation, takeOverFrom or quota",
);

const singleDiskCeph = z.strictObject(
  { enabled: yesOrNo.default(false), ceph: command.default("ceph") },
  "must be an object with enabled or ceph",
);

const namespace = z.preprocess(
  (value) => (typeof value === "string" ? { name: value } : value),
  z.strictObject(
    { name: text("must be the name of a namespace", namespaceRule), create: yesOrNo.default(false) },
    "must be the name of a namespace, or an object with name and create",
  ),
);

const operator = z.strictObject(
  {
    enabled: yesOrNo.default(true),
    namespace: text("must be the name of a namespace", namespaceRule).default("cnpg-system"),
    adopt: z
      .strictObject(
        { release: text("must be the name of a Helm release", releaseRule) },
        "must be an object with release",
      )
      .optional(),
    chartVersion: text("must be the version of a Helm chart", chartVersionRule).optional(),
    chart: text("must be a Helm chart", chartRule).optional(),
    repository: text("must be the URL of a Helm repository", repositoryRule).optional(),
    values: z.record(z.string(), z.unknown(), "must be an object of Helm values").default({}),
  },
  "must be an object with enabled, namespace, adopt, chartVersion, chart, repository or values",
);

const image = text("must be an image", imageRule);

const barmanPlugin = z.strictObject(
  {
    enabled: yesOrNo.default(true),
    image: image.optional(),
    sidecarImage: image.optional(),
    certManager: z.strictObject({ enabled: yesOrNo }, "must be an object with enabled").optional(),
  },
  "must be an object with enabled, image, sidecarImage or certManager",
);

/** Each key by itself; what the keys say together is checked in `consistency.ts`. */
export const schema = z.strictObject({
  endpoint,
  region: text("must be a region label", regionRule).default("local"),
  bucket: text("must be the name of a bucket", bucketRule).default("cnpg-backups"),
  path,
  caBundle: text("must be certificates in PEM format", caBundleRule).optional(),
  manageBucket: yesOrNo.default(true),
  protectBucket: yesOrNo.default(true),
  cephHost: cephHost.optional(),
  cephHostPrivateKey: secret(text("must be an SSH private key", privateKeyRule)).optional(),
  radosgwAdmin: command.default("radosgw-admin"),
  rgwUser: rgwUser.prefault({}),
  singleDiskCeph: singleDiskCeph.prefault({}),
  accessKeyId: secret(text("must be an S3 access key", accessKeyIdRule)).optional(),
  secretAccessKey: secret(text("must be an S3 secret key", secretAccessKeyRule)).optional(),
  namespaces: z.array(namespace, "must be a list of namespaces").default([]),
  operator: operator.prefault({}),
  barmanPlugin: barmanPlugin.prefault({}),
  databases: z.array(databaseEntry, "must be a list of databases").default([]),
});
