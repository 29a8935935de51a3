import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** The resources that the stack's program makes of the same config, written down one by one: no components, no checks. */
const config = new pulumi.Config("cnpg-rgw");
const namespaces = config.requireObject<{ name: string }[]>("namespaces");
const { chart, values } = config.requireObject<{ chart: string; values?: object }>("operator");
const [endpoint, region, path] = ["endpoint", "region", "path"].map((key) => config.require(key));
const accessKeyId = config.requireSecret("accessKeyId");
const secretAccessKey = config.requireSecret("secretAccessKey");

const provider = new aws.Provider("s3", {
  endpoints: [{ s3: endpoint }],
  s3UsePathStyle: true,
  region: "us-east-1",
  accessKey: accessKeyId,
  secretKey: secretAccessKey,
  skipCredentialsValidation: true,
  skipMetadataApiCheck: true,
  skipRegionValidation: true,
  skipRequestingAccountId: true,
});
const backups = new aws.s3.Bucket(
  "bucket",
  { bucket: config.require("bucket"), forceDestroy: true },
  { provider },
);

const operatorNamespace = new kubernetes.core.v1.Namespace("operator-namespace", {
  metadata: { name: "bench-flat-operator" },
});
const release = new kubernetes.helm.v3.Release("operator", {
  chart,
  name: "bench-flat-operator",
  namespace: operatorNamespace.metadata.name,
  atomic: true,
  timeout: 600,
  ...(values && { values }),
});

const made = namespaces.map(({ name }) => {
  const namespace = new kubernetes.core.v1.Namespace(name, { metadata: { name } }, { retainOnDelete: true });
  return new kubernetes.core.v1.Secret(`${name}-secret`, {
    metadata: {
      name: "cnpg-backup-s3",
      namespace: namespace.metadata.name,
      labels: { "cnpg.io/reload": "true" },
    },
    stringData: {
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      S3_REGION: region ?? "",
      S3_ENDPOINT: endpoint ?? "",
      S3_BUCKET: backups.bucket,
      S3_PATH: path ?? "",
    },
  });
});

export { endpoint, region, accessKeyId, secretAccessKey };
export const bucket = backups.bucket;
export const operatorReleased = release.namespace;
export const namespaceNames = made.map((secret) => secret.metadata.namespace);
