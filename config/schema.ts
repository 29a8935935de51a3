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
  drillRules,
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
import { drills } from "./drill-schema.ts";
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
    address: text("must be the Ceph host's name or IP address", addressRule).describe(
      "Name or IP address of the host",
    ),
    port: number("must be a TCP port", portRule).default(22).describe("Port of its SSH server"),
    user: text("must be the SSH user name", sshUserRule).describe("Account to log in as"),
    hostKey: text("must be the Ceph host's SSH public key, used to verify the host", hostKeyRule).describe(
      "SSH public key of the host, used to verify it",
    ),
  },
  "must be an object with address, user and hostKey",
);

const command = text("must be a command line", commandRule);

const rgwUser = z.strictObject(
  {
    uid: text("must be the id of an RGW user", uidRule)
      .default("cnpg-backup")
      .describe("Id of the user. Another one needs another `bucket`, because a bucket stays with its owner"),
    displayName: text("must be a display name", displayNameRule)
      .default("CNPG Backup User")
      .describe("Display name of the user"),
    maxBuckets: number("must be a number of buckets", maxBucketsRule)
      .default(10)
      .describe("How many buckets the user may own"),
    existingKeys: text("must say what happens to the keys of an existing user", existingKeysRule)
      .exactOptional()
      .meta({
        description:
          "What happens to keys that the stack did not declare. `refuse`: a user with such keys is not adopted, and keys that are added later stay. `revoke`: they end",
        default: "`refuse`",
      }),
    keyRotation: z
      .preprocess(
        // `pulumi config set --path` makes a number of 2, and of 2026.
        (value) => (typeof value === "number" ? String(value) : value),
        text("must be a text, such as a date", keyRotationRule),
      )
      .exactOptional()
      .describe("Any other text makes new generated keys"),
    takeOverFrom: text("must be the stack that managed the user before", takeOverFromRule)
      .exactOptional()
      .describe("The stack that had this user and does not exist any more, to take the user over from it"),
    quota: z
      .strictObject(
        {
          maxSizeBytes: number("must be a number of bytes", quotaRule)
            .exactOptional()
            .describe("Bytes that the user may store, in all its buckets"),
          maxObjects: number("must be a number of objects", quotaRule)
            .exactOptional()
            .describe("Objects that the user may store, in all its buckets"),
        },
        "must be an object with maxSizeBytes or maxObjects",
      )
      .exactOptional()
      .meta({
        description: "Limits of the user. Without it, a limit that is there is lifted",
        default: "none",
      }),
  },
  "must be an object with uid, displayName, maxBuckets, existingKeys, keyRotation, takeOverFrom or quota",
);

const singleDiskCeph = z.strictObject(
  {
    enabled: yesOrNo
      .default(false)
      .describe(
        "One copy for the object gateway's pools and for all pools made later; Ceph's warnings about it are muted",
      ),
    ceph: command.default("ceph").describe("The `ceph` command on the host, such as `sudo ceph`"),
  },
  "must be an object with enabled or ceph",
);

const namespace = z.preprocess(
  (value) => (typeof value === "string" ? { name: value } : value),
  z.strictObject(
    {
      name: text("must be the name of a namespace", namespaceRule).describe("Name of the namespace"),
      create: yesOrNo.default(false).describe("Make the namespace. It outlives the stack"),
    },
    "must be the name of a namespace, or an object with name and create",
  ),
);

const operator = z.strictObject(
  {
    enabled: yesOrNo.default(true).describe("`false` leaves the operator to others"),
    namespace: text("must be the name of a namespace", namespaceRule)
      .default("cnpg-system")
      .describe("Its namespace, which outlives the stack"),
    adopt: z
      .strictObject(
        {
          release: text("must be the name of a Helm release", releaseRule).describe(
            "Name of the release, as `helm list -A` shows it",
          ),
        },
        "must be an object with release",
      )
      .optional()
      .describe("A Helm release that is there, to take over"),
    chartVersion: text("must be the version of a Helm chart", chartVersionRule)
      .optional()
      .meta({ description: "Version of the chart", default: "the pinned one" }),
    chart: text("must be a Helm chart", chartRule).optional().meta({
      description: "Name of the chart in the repository, `oci://…`, or the path of a `.tgz`",
      default: "`cloudnative-pg`",
    }),
    repository: text("must be the URL of a Helm repository", repositoryRule)
      .optional()
      .meta({ description: "Helm repository, for a mirror", default: "CloudNativePG's" }),
    values: z
      .record(z.string(), z.unknown(), "must be an object of Helm values")
      .default({})
      .describe("Values of the chart, merged over those that the program sets"),
  },
  "must be an object with enabled, namespace, adopt, chartVersion, chart, repository or values",
);

const image = text("must be an image", imageRule);

const barmanPlugin = z.strictObject(
  {
    enabled: yesOrNo
      .default(true)
      .describe("`false` leaves the plugin to others, or does without it for `barmanObjectStore`"),
    image: image
      .optional()
      .meta({ description: "Image of the plugin, for a mirror", default: "the pinned one" }),
    sidecarImage: image.optional().meta({
      description: "Image of the container that archives beside each PostgreSQL, for a mirror",
      default: "the pinned one",
    }),
    certManager: z
      .strictObject(
        {
          enabled: yesOrNo.describe(
            "`true`: cert-manager makes the certificates between operator and plugin",
          ),
        },
        "must be an object with enabled",
      )
      .optional()
      .meta({ description: "Who makes the plugin's certificates", default: "the program itself" }),
  },
  "must be an object with enabled, image, sidecarImage or certManager",
);

/** Each key by itself; what the keys say together is checked in `consistency.ts`. */
export const schema = z.strictObject({
  endpoint: endpoint.describe("URL of the S3 endpoint: http or https, host and port"),
  region: text("must be a region label", regionRule)
    .default("local")
    .describe("Region that requests are signed for. Amazon and Garage accept only their own, others any"),
  bucket: text("must be the name of a bucket", bucketRule)
    .default("cnpg-backups")
    .describe(
      "Bucket for backups. It is made if it is missing, and adopted if it is yours. Nothing deletes it",
    ),
  path: path.meta({
    description:
      "Prefix in the bucket, one for each Kubernetes cluster. The stack's name counts as it was at its first `pulumi up`: `pulumi stack rename` moves nothing",
    default: "`/` and the stack's name",
  }),
  caBundle: text("must be certificates in PEM format", caBundleRule).optional().meta({
    description: "Certificates of a private CA in PEM format, for an https endpoint",
    default: "the public CAs",
  }),
  manageBucket: yesOrNo
    .default(true)
    .describe(
      "`false` uses the bucket as it is, for keys that may read, list, write and delete below `path` and no more. You can change it at any time",
    ),
  protectBucket: yesOrNo
    .default(true)
    .describe(
      "What `pulumi destroy` does with the RGW user. `true`: the user stays, without the keys that this stack made. `false`: a user that this stack made is removed once it owns no bucket; run `pulumi up` before the destroy. The bucket stays in both cases",
    ),
  cephHost: cephHost
    .optional()
    .describe("Where `radosgw-admin` runs, over SSH. Without it, set `accessKeyId` and `secretAccessKey`"),
  cephHostPrivateKey: secret(text("must be an SSH private key", privateKeyRule))
    .optional()
    .describe("SSH private key without a passphrase. Required with `cephHost`"),
  radosgwAdmin: command
    .default("radosgw-admin")
    .describe("The command on the Ceph host, such as `sudo radosgw-admin`"),
  rgwUser: rgwUser
    .prefault({})
    .describe("The S3 user on Ceph that owns the bucket. An existing one is adopted"),
  singleDiskCeph: singleDiskCeph.prefault({}).describe("For a Ceph of one disk only"),
  accessKeyId: secret(text("must be an S3 access key", accessKeyIdRule))
    .optional()
    .meta({ description: "S3 access key", default: "generated, with `cephHost`" }),
  secretAccessKey: secret(text("must be an S3 secret key", secretAccessKeyRule)).optional().meta({
    description: "S3 secret key, at least 16 characters, 5 of them different",
    default: "generated, with `cephHost`",
  }),
  namespaces: z
    .array(namespace, "must be a list of namespaces")
    .default([])
    .describe("Namespaces that get the Secret `cnpg-backup-s3`: names, or objects with `name` and `create`"),
  operator: operator.prefault({}).describe("The Helm release of the CloudNativePG operator"),
  barmanPlugin: barmanPlugin.prefault({}).describe("The Barman Cloud plugin beside the operator"),
  databases: z
    .array(databaseEntry, "must be a list of databases")
    .default([])
    .describe("PostgreSQL databases with continuous backup"),
  drills: drills
    .prefault({})
    .describe("Restore drills: what they share. `databases[].drill` is for one database"),
  drillAccessKeyId: secret(text("must be an S3 access key", accessKeyIdRule)).optional().meta({
    description: "S3 access key that can only read, for restore drills",
    default: "generated, with `cephHost`",
  }),
  drillSecretAccessKey: secret(text("must be an S3 secret key", secretAccessKeyRule)).optional().meta({
    description: "S3 secret key that can only read, for restore drills",
    default: "generated, with `cephHost`",
  }),
  drillHeartbeatUrl: secret(text("must be an https:// URL", drillRules.heartbeatRule))
    .optional()
    .describe("URL that is called after each restore drill that passed, such as that of a dead man's switch"),
});
