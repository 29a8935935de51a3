import { z } from "zod";
import { endpoints } from "../../lab/ceph/config.ts";
import { collectGarbage } from "../shared/rgw-user.ts";
import { python } from "./pod.ts";

/** A user and a bucket of the bench's own, through http as in most homelabs. */
export const uid = "bench-backup";
export const bucket = "bench-backup";
export const endpoint = endpoints.http;
export const destination = `s3://${bucket}/bench`;
export const serverName = "bench";

const store = { endpoint, bucket };

export const makeBucket = (): Promise<null> => python("s3", { ...store, op: "create" }, z.null());

/** Bytes of all objects below a prefix. */
export const storedBytes = (prefix: string): Promise<number> =>
  python("s3", { ...store, op: "size", prefix }, z.number());

export async function remove(prefix: string): Promise<void> {
  await python("s3", { ...store, op: "delete", prefix }, z.null());
  await collectGarbage();
}

const key = "raw/object";
/** What barman-cloud's uploads come to: two at once, in parts of a size that suits Ceph. */
const loop = { key, threads: 2, partSize: 64 * 1024 ** 2 };

/** Seconds to write an object of so many bytes, in the plainest way that uses both cores. */
export const rawPut = (size: number): Promise<number> =>
  python("s3", { ...store, op: "put", ...loop, size }, z.number());

/** Seconds to read the object that {@link rawPut} has written. */
export const rawGet = (size: number): Promise<number> =>
  python("s3", { ...store, op: "get", ...loop, size }, z.number());

export const removeRaw = (): Promise<void> => remove("raw/");
