import * as pulumi from "@pulumi/pulumi";

import { z } from "zod";

import { type NewInputs, beforeCreate, beforeUpdate } from "../before-create.ts";
import { asciiJson, shown } from "../check.ts";
import { knownValues, settled } from "../known-values.ts";
import { say } from "../say.ts";
import { type CommandInputs, type Inspection, inspect, knownInputs, look } from "./drift.ts";
import { type CephHostArgs, sshConnection } from "./host.ts";
import { jobStdin } from "./remote-job.ts";

interface UserValues extends pulumi.Inputs {
  uid: pulumi.Output<string>;
  accessKeyId: pulumi.Output<string>;
  secretAccessKey: pulumi.Output<string>;
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
    const connection = pulumi.output(sshConnection(resource, host));
    return keysInUseNow(resource, connection, keys.areGenerated ? await blankUntilGenerated(values) : values);
  });
}

/**
 * Keys that are yet to be generated are not known in a preview, and every key of the user is another one. Those that a
 * broken-off update has generated are known, and the user may have them already.
 */
export async function blankUntilGenerated(values: UserValues): Promise<UserValues> {
  const { accessKeyId, secretAccessKey } = values;
  const known = await knownValues({ accessKeyId, secretAccessKey });
  const nobodys = pulumi.output("");
  return {
    ...values,
    accessKeyId: known.accessKeyId === undefined ? nobodys : accessKeyId,
    secretAccessKey: known.secretAccessKey === undefined ? nobodys : secretAccessKey,
  };
}

/** What the preview says of the user; nothing, too, where the host does not answer or a value is not known yet. */
export async function keysInUseNow(
  resource: pulumi.Resource,
  connection: pulumi.Output<unknown>,
  values: UserValues,
): Promise<string | undefined> {
  const found = await look({ connection, stdin: jobStdin("rgw_user.py", values) }, resource);
  if (found === undefined || found.differs.includes("absent")) return undefined;
  const [uid, mode] = await Promise.all([settled(values.uid), settled(values.existingKeys)]);
  if (found.otherKeys > 0 && mode !== "revoke") return keysInUse(uid, found.otherKeys);
  warnOfChanges(uid, found, resource);
  return undefined;
}

/**
 * The same for a user that the stack has, once it is to be found by another address or command. That may be another
 * Ceph, where the script cannot tell the keys of others from those that a change of keys leaves behind.
 */
export function refusesKeysInUseElsewhere(resource: pulumi.Resource): { hooks?: pulumi.ResourceHookBinding } {
  return beforeUpdate(resource, (inputs, before) => keysInUseElsewhere(resource, inputs, before));
}

/** What the hook says, by the command's inputs as it gets them. */
export async function keysInUseElsewhere(
  resource: pulumi.Resource,
  inputs: NewInputs,
  inputsBefore: NewInputs,
): Promise<string | undefined> {
  const [now, before] = await Promise.all([knownInputs(inputs), knownInputs(inputsBefore)]);
  if (now === undefined || before === undefined || placeOf(now) === placeOf(before)) return undefined;
  try {
    return await keysOfOthers(now, before);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what = `RGW user ${shown(jobOf(now).uid)} could not be looked at in its new place. ${why}`;
    if (!pulumi.runtime.isDryRun())
      throw new Error(`${what} Then run \`pulumi up\` again.`, { cause: error });
    say("warn", what, resource);
    return undefined;
  }
}

const job = z.looseObject({
  radosgwAdmin: z.string(),
  uid: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  existingKeys: z.string(),
});
const jobOf = ({ stdin }: CommandInputs) => job.parse(JSON.parse(stdin));

const placeOf = (inputs: CommandInputs): string =>
  JSON.stringify([inputs.connection.host, inputs.connection.port, jobOf(inputs).radosgwAdmin]);

/** A user with a key of this stack, the declared one or the one before, has been in its hands already. */
export async function keysOfOthers(now: CommandInputs, before: CommandInputs): Promise<string | undefined> {
  const declared = jobOf(now);
  if (declared.existingKeys === "revoke") return undefined;
  let count = 0;
  for (const { accessKeyId, secretAccessKey } of [declared, jobOf(before)]) {
    const ours = { ...declared, accessKeyId, secretAccessKey, otherKeys: "leave" };
    const found = await inspect({ connection: now.connection, stdin: asciiJson(JSON.stringify(ours)) });
    if (!found.differs.includes("keys") || found.otherKeys === 0) return undefined;
    count = found.otherKeys;
  }
  return keysInUse(declared.uid, count, ` where it is declared to be now (${now.connection.host})`);
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

const keysInUse = (uid: string, count: number, where = ""): string =>
  `RGW user ${shown(uid)} is there already${where}, with undeclared keys (${count}), and whoever uses them would lose access. ` +
  "Declare the one that is in use (`pulumi config set --secret cnpg-rgw:accessKeyId`, and " +
  "cnpg-rgw:secretAccessKey), or let them end: existingKeys `revoke` (`pulumi config set --path " +
  "cnpg-rgw:rgwUser.existingKeys revoke`)";
