import { randomBytes } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  PutBucketTaggingCommand,
  type BucketLocationConstraint,
  type CreateBucketCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { checkInputs, diffInputs, isObject, UNKNOWN, type Props, type Resource } from "../sdk/provider.ts";
import { emptyBucket } from "./empty-bucket.ts";
import { errorCode, failed, s3Call } from "./s3-call.ts";

const TYPE = "aws:s3/bucket:Bucket";
const Tags = z.record(z.string(), z.string());
const Inputs = z.strictObject({
  bucket: z.string().min(1),
  forceDestroy: z.boolean().default(false),
  tags: Tags.optional(),
});
type Tags = z.infer<typeof Tags>;

export interface Connection {
  client: S3Client;
  /** The provider's own, which need not be the one that requests are signed for. */
  region: string;
}

/**
 * A bucket, its tags, and nothing else: no ACL, lifecycle, encryption or ownership. Ceph takes a request for a
 * subresource that it does not know as one for the bucket itself.
 */
export function bucketResource(connection: () => Connection): Resource {
  return {
    check: ({ urn, olds, news }) => {
      const inputs = { ...news, bucket: news.bucket ?? olds.bucket ?? autoname(urn) };
      return Promise.resolve({ inputs, failures: checkInputs(TYPE, Inputs, inputs) });
    },
    diff: ({ olds, news }) =>
      Promise.resolve(diffInputs(withDefaults(olds), withDefaults(news), { replaceOn: ["bucket"] })),
    create: async ({ inputs, preview, signal }) => {
      const { region } = connection();
      if (preview) return { id: "", outputs: { ...unknownOutputs, ...withDefaults(inputs) } };
      const { bucket, tags } = parse(inputs);
      await createBucket(connection(), bucket, signal);
      if (tags !== undefined) await putTags(connection().client, bucket, tags, signal);
      return { id: bucket, outputs: { ...withDefaults(inputs), ...computedOutputs(bucket, region) } };
    },
    read: async ({ id, inputs, state, signal }) => {
      const { client, region } = connection();
      if (!(await exists(client, id, signal))) return undefined;
      // Tags that this resource does not manage are left alone.
      const tags = inputs.tags === undefined ? {} : { tags: await getTags(client, id, signal) };
      return {
        id,
        inputs: { ...inputs, bucket: id, ...tags },
        outputs: { ...withDefaults(state), ...tags, ...computedOutputs(id, region) },
      };
    },
    update: async ({ id, olds, news, preview, signal }) => {
      const outputs = { ...withDefaults(news), ...computedOutputs(id, connection().region) };
      if (preview) return outputs;
      const { tags } = parse(news);
      if (
        diffInputs({ tags: olds.tags }, { tags: news.tags }).changes.tags !== undefined ||
        tags !== undefined
      ) {
        await putTags(connection().client, id, tags ?? {}, signal);
      }
      return outputs;
    },
    delete: async ({ id, state, signal }) => {
      await deleteBucket(connection().client, id, state.forceDestroy === true, signal);
    },
  };
}

// Amazon's regions other than us-east-1 are sent as LocationConstraint: the official provider does, and stores whose
// zonegroup has another name refuse it. In us-east-1, where S3 hands an own bucket out again without a word, the
// official provider looks first and refuses: one that is there can only be imported.
async function createBucket(
  { client, region }: Connection,
  bucket: string,
  signal: AbortSignal,
): Promise<void> {
  const input: CreateBucketCommandInput = { Bucket: bucket };
  if (region !== "us-east-1") {
    // The SDK's type lists the regions of AWS; a store of one's own has names of its own.
    input.CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  } else if (await exists(client, bucket, signal).catch(() => false)) {
    throw new Error(`creating S3 Bucket (${bucket}): BucketAlreadyExists`);
  }
  await s3Call(`creating S3 Bucket (${bucket})`, () =>
    client.send(new CreateBucketCommand(input), { abortSignal: signal }),
  );
}

async function exists(client: S3Client, bucket: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal });
    return true;
  } catch (error) {
    if (["NotFound", "NoSuchBucket"].includes(errorCode(error))) return false;
    throw failed(`reading S3 Bucket (${bucket})`, error);
  }
}

async function deleteBucket(
  client: S3Client,
  bucket: string,
  force: boolean,
  signal: AbortSignal,
): Promise<void> {
  const remove = async () =>
    client.send(new DeleteBucketCommand({ Bucket: bucket }), { abortSignal: signal });
  try {
    await remove();
  } catch (error) {
    const code = errorCode(error);
    if (code === "NoSuchBucket") return;
    if (code === "BucketNotEmpty" && force) {
      await s3Call(`emptying S3 Bucket (${bucket})`, () => emptyBucket(client, bucket, signal));
      await s3Call(`deleting S3 Bucket (${bucket})`, remove);
      return;
    }
    throw failed(`deleting S3 Bucket (${bucket})`, error);
  }
}

async function getTags(client: S3Client, bucket: string, signal: AbortSignal): Promise<Tags> {
  try {
    const { TagSet } = await client.send(new GetBucketTaggingCommand({ Bucket: bucket }), {
      abortSignal: signal,
    });
    return Object.fromEntries((TagSet ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
  } catch (error) {
    if (errorCode(error).startsWith("NoSuchTagSet")) return {};
    throw failed(`reading tags of S3 Bucket (${bucket})`, error);
  }
}

async function putTags(client: S3Client, bucket: string, tags: Tags, signal: AbortSignal): Promise<void> {
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const options = { abortSignal: signal };
  await s3Call(`updating tags of S3 Bucket (${bucket})`, async () => {
    if (TagSet.length === 0) await client.send(new DeleteBucketTaggingCommand({ Bucket: bucket }), options);
    else await client.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet } }), options);
  });
}

/** What follows from the name and the region. */
function computedOutputs(bucket: string, region: string): Props {
  return {
    id: bucket,
    bucket,
    arn: `arn:aws:s3:::${bucket}`,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegion: region,
    bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    region,
  };
}

// In a preview the official provider knows none of these, although they follow from the inputs.
const unknownOutputs: Props = Object.fromEntries(
  Object.keys(computedOutputs("", "")).map((name) => [name, UNKNOWN]),
);

function withDefaults(inputs: Props): Props {
  return { forceDestroy: false, ...inputs, tags: isObject(inputs.tags) ? inputs.tags : undefined };
}

function parse(inputs: Props): z.infer<typeof Inputs> {
  return Inputs.parse(Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__"))));
}

function autoname(urn: string): string {
  return `${urn.split("::").at(-1)?.toLowerCase() ?? "bucket"}-${randomBytes(4).toString("hex").slice(0, 7)}`;
}
