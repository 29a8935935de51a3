import { setDatabases, setPlain } from "../support/database.ts";
import type { Fault } from "./fault.ts";

type Change = Pick<Fault, "while" | "change">;

let count = 0;

/** Another value each time, so that there is something to do on the Ceph host. */
export const changeOfUser: Change = {
  while: "the RGW user is changed",
  change: () => {
    count += 1;
    setPlain("rgwUser", {
      uid: "cnpg-backup",
      displayName: "CNPG Backup User",
      maxBuckets: 10 + (count % 50),
    });
    return Promise.resolve();
  },
};

/** Another value each time, so that there is something to do in Kubernetes. */
export const changeOfSecret: Change = {
  while: "the Secret is changed",
  change: () => {
    count += 1;
    setPlain("path", `/lab/fault-${count}`);
    return Promise.resolve();
  },
};

export const databases = (entries: Record<string, unknown>[]) => (): Promise<void> => {
  setDatabases(entries);
  return Promise.resolve();
};
