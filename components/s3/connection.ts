import type { Input } from "@pulumi/pulumi";

/** How to reach an S3 store, and as whom. */
export interface S3ConnectionArgs {
  /** URL of the S3 endpoint, `http://` or `https://`, host, optional port; no path, query or credentials. */
  endpoint: Input<string>;

  /** Label that requests are signed with. Never sent as a LocationConstraint. Default: `local`. */
  region?: Input<string | undefined>;

  /** One or more PEM certificates that an https endpoint's certificate is checked against. Default: public CAs. */
  caBundle?: Input<string | undefined>;

  /** Secret. */
  accessKeyId: Input<string>;

  /** Secret. */
  secretAccessKey: Input<string>;
}
