import { Command } from "commander";

import {
  backupSecretKeys,
  classify,
  probe,
  s3Client,
  shown,
  shownBytes,
  shownTime,
} from "../components/internal.ts";
import { type NamedStore, storeFrom } from "./store.ts";
import {
  type Below,
  type Stored,
  removeBelow,
  removeEmptyBucket,
  storedBelow,
  storedBeside,
  uploadsOf,
} from "./stored-below.ts";

/**
 * Deletes all backups of a stack: what lies below its path, and the bucket, if nothing else is in it. Without
 * `--confirm` it only says what that would be.
 */
new Command("remove-backups")
  .description(
    "delete the backups below a stack's path, and the bucket if it holds nothing else; the store comes from environment " +
      `variables named as in the Secret: ${Object.values(backupSecretKeys).join(", ")}`,
  )
  .option("--confirm <place>", "what to delete, as BUCKET/PATH; without it, nothing is deleted")
  .action(async ({ confirm }: { confirm?: string }) => {
    process.exitCode = await run(confirm).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error));
      return 1;
    });
  })
  .parse();

async function run(confirm: string | undefined): Promise<number> {
  const store = storeFrom(process.env);
  const path = store.path.split("/").filter(Boolean).join("/");
  if (path === "")
    throw new Error(`${backupSecretKeys.path} must be the path of one stack, such as /homelab.`);
  const place = `${store.bucket}/${path}`;
  if (confirm !== undefined && confirm !== place)
    throw new Error(`--confirm is ${shown(confirm)}, and the place is ${shown(place)}. Nothing was deleted.`);
  const client = s3Client(store.connection);
  try {
    return await orFailure(store, () => work({ client, bucket: store.bucket, prefix: `${path}/` }, confirm));
  } finally {
    client.destroy();
  }
}

async function orFailure<T>({ connection, bucket }: NamedStore, doIt: () => Promise<T>): Promise<T> {
  const target = { connection, bucket, attempt: `remove backups from ${bucket}` };
  await probe(target);
  return doIt().catch((error: unknown) => {
    throw error instanceof Error && "$metadata" in error ? classify(error, target) : error;
  });
}

async function work(below: Below, confirm: string | undefined): Promise<number> {
  const place = `${below.bucket}/${below.prefix.slice(0, -1)}`;
  const [stored, uploads, beside] = await Promise.all([
    storedBelow(below),
    uploadsOf(below),
    storedBeside(below),
  ]);
  console.log(described(place, stored, uploads.length));
  if (confirm === undefined) {
    console.log(
      beside === undefined
        ? `Bucket ${below.bucket} holds nothing else: it would be deleted too.`
        : `Bucket ${below.bucket} would stay, since it holds more, such as ${shown(beside)}.`,
    );
    console.log(
      "Nothing was deleted. Deleted backups cannot be brought back. First remove databases that still archive there" +
        ` from their stack. Then run: npm run remove-backups -- --confirm ${place}`,
    );
    return 0;
  }
  await removeBelow(below, (removed) => {
    console.log(`${removed} deleted`);
  });
  if (beside === undefined) await removeEmptyBucket(below);
  const rest = beside === undefined ? "and the bucket" : `and nothing else in bucket ${below.bucket}`;
  console.log(`The backups at s3://${place} are deleted, ${rest}.`);
  return 0;
}

function described(place: string, stored: Map<string, Stored>, uploads: number): string {
  const unfinished = uploads === 0 ? "" : `; unfinished uploads: ${uploads}`;
  if (stored.size === 0) return `s3://${place} holds no objects${unfinished}.`;
  const lines = [...stored].map(
    ([name, { objects, bytes, newest }]) =>
      `  ${shown(name)}: ${objects} objects, ${shownBytes(bytes)}, ` +
      `the newest of ${newest === undefined ? "an unknown time" : shownTime(newest)}`,
  );
  return [`s3://${place} holds${unfinished}:`, ...lines].join("\n");
}
