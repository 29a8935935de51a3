/** The lab's own `aws` provider: S3 buckets in a store of the user's own. */
import type { S3Client } from "@aws-sdk/client-s3";
import { diffInputs, serve } from "../sdk/provider.ts";
import { pluginVersion } from "../versions.ts";
import { bucketResource } from "./bucket.ts";
import { checkConfig, createClient, effectiveRegion, parseConfig } from "./config.ts";

let connection: { client: S3Client; region: string } | undefined;
const bucket = bucketResource(() => {
  if (connection === undefined) throw new Error("the aws provider is not configured yet");
  return connection;
});

await serve({
  name: "aws",
  version: pluginVersion("aws"),
  checkConfig: ({ news }) => Promise.resolve({ inputs: news, failures: checkConfig(news) }),
  // A bucket of another region is another bucket; everything else is about how to reach it.
  diffConfig: ({ olds, news }) => Promise.resolve(diffInputs(olds, news, { replaceOn: ["region"] })),
  configure: (config) => {
    const parsed = parseConfig(config);
    connection = { client: createClient(parsed), region: effectiveRegion(parsed) };
    return Promise.resolve();
  },
  resource: (type) => (type === "aws:s3/bucket:Bucket" ? bucket : undefined),
});
