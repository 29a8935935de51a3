import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseAudit, writes } from "../../../lab/ceph/audit.ts";
import { must, mustPulumi, on } from "./lab.ts";
import type { Outcome } from "./lab.ts";
import type { S3Request } from "./s3.ts";
import { checkoutCopy, labState } from "./workspace.ts";

/** The stack that the lab makes; see `labConfig` in lab/workstation/stack.ts. */
export const bucket = "cnpg-backups";
export const uid = "cnpg-backup";
export const endpoint = "http://10.0.0.10:7480";

const secretSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    resourceVersion: z.string(),
    labels: z.record(z.string(), z.string()),
  }),
  data: z.record(z.string(), z.string()),
});

/** The Secret of a namespace, decoded. */
export async function backupSecret(
  namespace: string,
): Promise<{ uid: string; labels: Record<string, string>; values: Record<string, string> }> {
  const json = await must("workstation", [
    "kubectl",
    "-n",
    namespace,
    "get",
    "secret",
    "cnpg-backup-s3",
    "-o",
    "json",
  ]);
  const { metadata, data } = secretSchema.parse(JSON.parse(json));
  const values = Object.entries(data).map(([key, value]): [string, string] => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  return { uid: metadata.uid, labels: metadata.labels, values: Object.fromEntries(values) };
}

export async function keysOfStack(): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const printed = await must("workstation", ["pulumi", "stack", "output", "--json", "--show-secrets"]);
  return z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }).parse(JSON.parse(printed));
}

const userSchema = z.object({
  user_id: z.string(),
  display_name: z.string(),
  max_buckets: z.number(),
  suspended: z.number(),
  placement_tags: z.array(z.string()),
  keys: z.array(z.object({ user: z.string(), access_key: z.string(), secret_key: z.string() })),
  user_quota: z.object({ enabled: z.boolean(), max_size: z.number(), max_objects: z.number() }),
});
export type RgwUserInfo = z.infer<typeof userSchema>;

/**
 * What radosgw-admin, as the cluster's administrator, knows of a user; undefined if there is none. Its keys are its own:
 * that of restore drills is a subuser's.
 */
export async function rgwUser(name: string): Promise<RgwUserInfo | undefined> {
  const outcome = await on("pve", ["radosgw-admin", "user", "info", `--uid=${name}`]);
  if (outcome.code !== 0) return undefined;
  const info = userSchema.parse(JSON.parse(outcome.stdout));
  return { ...info, keys: info.keys.filter(({ user }) => user === info.user_id || user === name) };
}

/** Steps of an S3 client that knows nothing of this project. */
export async function s3(
  request: Omit<S3Request, "endpoint" | "region" | "bucket"> & Partial<S3Request>,
): Promise<unknown[]> {
  // RGW refuses the LocationConstraint that clients send for any other region.
  const region = request.steps.some(([step]) => step === "create") ? "us-east-1" : "local";
  const input = JSON.stringify({ endpoint, region, bucket, ...request });
  const printed = await must("workstation", ["node", join(checkoutCopy, "test", "lab", "support", "s3.ts")], {
    input,
  });
  return z.array(z.unknown()).parse(JSON.parse(printed));
}

/** Every file of the stack's state, config and history, as one text. */
export function everythingStored(): string {
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
  return files(join(labState, "workstation", "state"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

/** The config of stack lab. */
export const configFile = join(checkoutCopy, "Pulumi.lab.yaml");

/** Remembers the config of stack lab; what it returns puts it back. */
export function rememberedConfig(): () => void {
  const before = readFileSync(configFile, "utf8");
  return () => {
    writeFileSync(configFile, before);
  };
}

/** Sets plain config values of stack lab. */
export async function setConfig(values: Record<string, string>): Promise<void> {
  const plaintext = Object.entries(values).flatMap(([path, value]) => ["--plaintext", `${path}=${value}`]);
  await mustPulumi(["config", "set-all", "--path", ...plaintext]);
}

/** Stack lab is up: as the test file before has left it, or by an update where a file runs by itself. */
export async function stackIsUp(): Promise<void> {
  const secret = ["kubectl", "-n", "demo", "get", "secret", "cnpg-backup-s3"];
  if ((await on("workstation", secret)).code !== 0) await mustPulumi(["up", "--yes", "--skip-preview"]);
}

/** The commands that changed something on the Ceph host so far, as that host logged them: no secrets in it. */
export function cephWrites(): string[] {
  const file = join(labState, "pve", "files", "var", "log", "admin-commands.log");
  return parseAudit(existsSync(file) ? readFileSync(file, "utf8") : "")
    .filter(writes)
    .map((entry) => `${entry.command} ${entry.subject}`);
}

/** Pulumi's own count of changes, such as `+ 12 created`. */
export function changes(outcome: Outcome | string): string[] {
  const printed = typeof outcome === "string" ? outcome : outcome.all;
  const after = printed.slice(printed.lastIndexOf("Resources:"));
  return [...after.matchAll(/^\s+(\S+ \d+ \w+|\d+ unchanged)/gm)].map((match) => match[1] ?? "");
}
