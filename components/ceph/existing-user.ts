import * as pulumi from "@pulumi/pulumi";

import { beforeCreate } from "../before-create.ts";
import { shown } from "../check.ts";
import { settled } from "../known-values.ts";
import { say } from "../say.ts";
import { type Inspection, look } from "./drift.ts";
import { type CephHostArgs, sshConnection } from "./host.ts";
import { jobStdin } from "./remote-job.ts";

interface UserValues extends pulumi.Inputs {
  uid: pulumi.Output<string>;
  existingKeys: pulumi.Output<string>;
}

/**
 * Has the preview tell about a user that is there already with keys that somebody may be using. In an update the script
 * refuses such a user by itself, before it changes anything.
 */
export function refusesKeysInUse(
  resource: pulumi.Resource,
  host: CephHostArgs,
  values: UserValues,
  keys: { areGenerated: boolean },
): { hooks?: pulumi.ResourceHookBinding } {
  return beforeCreate(resource, async () => {
    if (!pulumi.runtime.isDryRun()) return undefined;
    // Keys that are yet to be generated are not known in a preview; so every key of the user is another one.
    const given = keys.areGenerated ? { accessKeyId: "", secretAccessKey: "" } : {};
    const stdin = jobStdin("rgw_user.py", { ...values, ...given });
    const connection = pulumi.output(sshConnection(resource, host));
    const found = await look({ connection, stdin }, resource);
    if (found === undefined || found.differs.includes("absent")) return undefined;
    const [uid, mode] = await Promise.all([settled(values.uid), settled(values.existingKeys)]);
    if (found.otherKeys > 0 && mode !== "revoke") return keysInUse(uid, found.otherKeys);
    warnOfChanges(uid, found, resource);
    return undefined;
  });
}

/** A preview shows no more of a command than that it will be run. */
function warnOfChanges(uid: string, found: Inspection, resource: pulumi.Resource): void {
  const changes = found.differs.filter((what) => what !== "keys");
  if (changes.length === 0) return;
  say(
    "warn",
    `RGW user ${shown(uid)} is there already, and this of it becomes as declared: ${changes.join(", ")}`,
    resource,
  );
}

const keysInUse = (uid: string, count: number): string =>
  `RGW user ${shown(uid)} is there already, with undeclared keys (${count}), and whoever uses them would lose access. ` +
  "Declare the one that is in use (`pulumi config set --secret cnpg-rgw:accessKeyId`, and " +
  "cnpg-rgw:secretAccessKey), or let them end: existingKeys `revoke` (`pulumi config set --path " +
  "cnpg-rgw:rgwUser.existingKeys revoke`)";
