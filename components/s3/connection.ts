import * as pulumi from "@pulumi/pulumi";

import { checked } from "../pulumi/arguments.ts";
import { caBundleRule, endpointRule, keyRule, regionRule } from "./rules.ts";

/** How to reach an S3 store, and as whom. */
export interface S3ConnectionArgs {
  /** URL of the S3 endpoint, `http://` or `https://`, host, optional port; no path, query or credentials. */
  endpoint: pulumi.Input<string>;

  /**
   * The region that requests are signed with. Some stores, such as Amazon's and Garage, accept only their own. Default:
   * `local`.
   */
  region?: pulumi.Input<string | undefined>;

  /**
   * PEM certificates of the CA that signed an https endpoint's certificate. With it, other CAs are not trusted.
   * Default: the CAs that Node.js trusts.
   */
  caBundle?: pulumi.Input<string | undefined>;

  /** Secret. */
  accessKeyId: pulumi.Input<string>;

  /** Secret. */
  secretAccessKey: pulumi.Input<string>;
}

/** A connection whose values are known and keep the rules. @internal */
export interface S3Connection {
  endpoint: string;
  region: string;
  caBundle: string | undefined;
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * The checked values of a connection, as one secret. Mistakes are reported for the resource, if there is one.
 * @internal
 */
export function connectionOf(
  args: S3ConnectionArgs,
  resource: pulumi.Resource | undefined,
): pulumi.Output<S3Connection> {
  const values = pulumi.all([
    checked(resource, "connection.endpoint", args.endpoint, endpointRule),
    checked(resource, "connection.region", args.region, regionRule),
    checked(resource, "connection.caBundle", args.caBundle, caBundleRule),
    checked(resource, "connection.accessKeyId", args.accessKeyId, keyRule),
    checked(resource, "connection.secretAccessKey", args.secretAccessKey, keyRule),
  ]);
  return pulumi.secret(
    values.apply(([endpoint, region, caBundle, accessKeyId, secretAccessKey]) => ({
      endpoint: withoutSlash(endpoint),
      region: region ?? "local",
      caBundle,
      accessKeyId,
      secretAccessKey,
    })),
  );
}

/** `http://host/` and `http://host` are the same endpoint; just one of them is ever stored. @internal */
export function withoutSlash(endpoint: string): string {
  return endpoint.replace(/\/$/, "");
}
