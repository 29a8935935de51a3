import { z } from "zod";
import { runOnPve } from "../../lab/ceph/host.ts";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const created = z.object({
  keys: z.tuple([z.object({ access_key: z.string(), secret_key: z.string() })]),
});

/** An S3 user of a bench's own. */
export async function makeUser(uid: string): Promise<Keys> {
  const create = ["radosgw-admin", "user", "create", `--uid=${uid}`, `--display-name=${uid}`];
  const [key] = created.parse(JSON.parse(await runOnPve(create))).keys;
  return { accessKeyId: key.access_key, secretAccessKey: key.secret_key };
}

/** The user with all that it owns; no error if there is none. */
export async function removeUser(uid: string): Promise<void> {
  const remove = ["radosgw-admin", "user", "rm", `--uid=${uid}`, "--purge-data"];
  await runOnPve(remove, { timeoutMs: 120_000 }).catch((error: unknown) => {
    if (!String(error).includes("exited with 2")) throw error;
  });
  await collectGarbage();
}

/** RGW gives space back only later by itself; several runs would fill a small store. */
export async function collectGarbage(): Promise<void> {
  await runOnPve(["radosgw-admin", "gc", "process", "--include-all"], { timeoutMs: 300_000 });
}
