import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

import { caFile } from "./ca-file.ts";
import { withoutSlash } from "./connection.ts";
import type { S3ConnectionArgs } from "./connection.ts";

/** Tries of each request. The provider's own 25 keep `refresh` and `destroy` at a dead store for many minutes. */
const maxRetries = 5;

/**
 * The AWS provider, for S3 stores other than Amazon's. Everything that only Amazon answers is off, and the region is
 * given apart from the connection's: the provider makes buckets in regions of Amazon's only, us-east-1 by default. The
 * endpoint, the region and the keys given here win over what the environment and the user's files set for AWS tools; see
 * also `ambientTrouble`.
 */
export function s3Provider(
  name: string,
  connection: S3ConnectionArgs,
  region: pulumi.Input<string>,
  parent: pulumi.Resource,
): aws.Provider {
  const caPath = pulumi
    .output(connection.caBundle)
    .apply((pem) => (pem === undefined ? undefined : caFile(pem)));
  return new aws.Provider(
    name,
    {
      endpoints: [{ s3: pulumi.output(connection.endpoint).apply(withoutSlash) }],
      s3UsePathStyle: true,
      region,
      maxRetries,
      accessKey: pulumi.secret(connection.accessKeyId),
      secretKey: pulumi.secret(connection.secretAccessKey),
      ...(connection.caBundle === undefined ? {} : { customCaBundle: caPath }),
      // The program's own requests take no proxy either.
      noProxy: "*",
      skipCredentialsValidation: true,
      skipMetadataApiCheck: true,
      skipRegionValidation: true,
      // Without it the provider asks Amazon's IAM, and fails with 403.
      skipRequestingAccountId: true,
    },
    // The region matters when the bucket is made. Later it is found where it is, which must not move anything.
    { parent, ignoreChanges: ["region"] },
  );
}
