/** A limit of a store that a request met. */
export type StoreLimit = "quota" | "buckets" | "capacity";

/**
 * The limit that an error of a store speaks of, by its code, its words and its HTTP status. Stores have codes of their
 * own for it (Ceph QuotaExceeded, MinIO XMinioAdminBucketQuotaExceeded), or none: Garage's is AccessDenied, as for
 * refused keys, and only its words tell.
 */
export function limitIn(code: string, words: string, status?: number): StoreLimit | undefined {
  if (code === "TooManyBuckets") return "buckets";
  if (quotaWords.test(`${code} ${words}`)) return "quota";
  return status === 507 || capacity.test(`${code} ${words}`) ? "capacity" : undefined;
}

/**
 * A store's words for a used-up quota: those of Ceph, MinIO, Garage and Versity, of Swift, and of Backblaze. "Disk quota
 * exceeded" is about a file system.
 */
export const quotaWords =
  /(?<!disk )quota\s?(is |has been )?(exceeded|reached|used up)|over quota|exceeds? (the |its )?quota|storage.cap.exceeded/i;

// Ceph 20 · MinIO, its full disks, its words for them · any store on a full file system
const capacity =
  /InsufficientCapacity|XMinioStorageFull|minimum free drive threshold|insufficient (storage|for the write)|no space left|disk quota/i;

/** A full store in the words of boto3, which has the store's code in brackets. */
export const storeIsFull =
  /An error occurred \((InsufficientCapacity|InsufficientStorage|XMinioStorageFull|507)\)|minimum free drive threshold|(?=.*An error occurred \(\w+\) when).*no space left/i;

/** What to do about a limit. Never delete objects by hand: a recovery may need any of them. */
export const limitAdvice: Record<StoreLimit, string> = {
  quota:
    "a quota of the user or the bucket is used up. Raise it: old backups are deleted only after a new one has succeeded," +
    " so it does not heal by itself.",
  buckets: "the user owns as many buckets as it may. Raise its maxBuckets.",
  capacity: "the store is full. Add storage.",
};
