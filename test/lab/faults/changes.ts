import { setDatabases, setPlain } from "../support/database.ts";
import { mustPulumi } from "../support/lab.ts";
import type { Fault } from "./fault.ts";

type Change = Pick<Fault, "while" | "change">;
type Command = Pick<Fault, "while" | "command">;

export const refresh = ["refresh", "--yes", "--skip-preview"];
export const whenRefreshed: Command = { while: "everything is looked at", command: refresh };

export const destroy = ["destroy", "--yes", "--skip-preview"];
export const whenDestroyed: Command = { while: "everything is removed", command: destroy };

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

/** What the user does who wants the stack gone: the same command once more, which takes the rest. */
export const destroyAgain: NonNullable<Fault["byHand"]> = {
  what: "`pulumi destroy` again, which takes the rest",
  how: () => mustPulumi(destroy),
};
