import * as pulumi from "@pulumi/pulumi";

import { z } from "zod";

import { type NewInputs, beforeCreate, beforeUpdate } from "../../pulumi/hooks.ts";
import { asciiJson, shown } from "../../pulumi/arguments.ts";
import { knownValues, settled } from "../../pulumi/outputs.ts";
import { log } from "../../pulumi/log.ts";
import { type CommandInputs, type Inspection, inspect, knownInputs, look, placeOf } from "./drift.ts";
import { type CephHostArgs, sshConnection } from "../ssh/host.ts";
import { jobStdin } from "../ssh/remote-job.ts";
import type { StackOwner } from "./stack-owner.ts";
import { sentence } from "../../text/sentence.ts";

interface UserValues extends pulumi.Inputs {
  uid: pulumi.Output<string>;
  accessKeyId: pulumi.Output<string>;
  secretAccessKey: pulumi.Output<string>;
  owner: StackOwner;
  takeOverFrom: pulumi.Output<string>;
  existingKeys: pulumi.Output<string>;
}

/**
 * Makes the preview report a user that already exists with keys that may be in use. In an update, the script itself
 * refuses such a user before it changes anything.
 */
export function refusesKeysInUse(
  resource: pulumi.Resource,
  host: CephHostArgs,
  values: UserValues,
): { hooks?: pulumi.ResourceHookBinding } {
  return beforeCreate(resource, async () => {
    if (!pulumi.runtime.isDryRun()) return undefined;
    const connection = pulumi.output(sshConnection(resource, host));
    return keysInUseNow(resource, connection, await blankUntilGenerated(values));
  });
}

/**
 * What is yet to be generated is not known in a preview, so every key of the user counts as another one. What an
 * interrupted update generated is known, and the user may already have it.
 */
export async function blankUntilGenerated(values: UserValues): Promise<UserValues> {
  const { accessKeyId, secretAccessKey, owner } = values;
  const known = await knownValues({ accessKeyId, secretAccessKey, owner: owner.id });
  const nobodys = pulumi.output("");
  return {
    ...values,
    accessKeyId: known.accessKeyId === undefined ? nobodys : accessKeyId,
    secretAccessKey: known.secretAccessKey === undefined ? nobodys : secretAccessKey,
    owner: known.owner === undefined ? { ...owner, id: nobodys } : owner,
  };
}

/** What the preview says about the user; undefined also where the host does not answer or a value is not known yet. */
export async function keysInUseNow(
  resource: pulumi.Resource,
  connection: pulumi.Output<unknown>,
  values: UserValues,
): Promise<string | undefined> {
  const found = await look({ connection, stdin: jobStdin("rgw_user.py", values) }, resource);
  if (found === undefined || found.differs.includes("absent")) return undefined;
  const [uid, mode, gone] = await Promise.all([
    settled(values.uid),
    settled(values.existingKeys),
    settled(values.takeOverFrom),
  ]);
  const { stack } = values.owner;
  const others = found.owners.filter((other) => other !== gone);
  if (others.length > 0) return userOfOthers({ uid, stack, others });
  if (found.otherKeys > 0 && mode !== "revoke") return keysInUse({ uid, stack, count: found.otherKeys });
  warnOfChanges(uid, found, resource);
  return undefined;
}

/**
 * The same for a user of this stack whose address or command has changed. That may be another Ceph, where the script
 * cannot tell the keys of others from those that a change of keys leaves behind.
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
    const { uid } = job.parse(JSON.parse(now.stdin));
    const what = `Could not look up RGW user ${shown(uid)} in its new place. ${sentence(why)}`;
    if (!pulumi.runtime.isDryRun())
      throw new Error(`${what} Then run \`pulumi up\` again.`, { cause: error });
    log("warn", what, resource);
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
const jobNow = job.extend({
  owner: z.object({ id: z.string(), stack: z.string() }),
  takeOverFrom: z.string(),
});

/** A user that has a key of this stack, the declared or the previous one, is this stack's already. */
export async function keysOfOthers(now: CommandInputs, before: CommandInputs): Promise<string | undefined> {
  const declared = jobNow.parse(JSON.parse(now.stdin));
  const { uid, owner, existingKeys, takeOverFrom } = declared;
  let found: Inspection | undefined;
  for (const { accessKeyId, secretAccessKey } of [declared, job.parse(JSON.parse(before.stdin))]) {
    const ours = { ...declared, accessKeyId, secretAccessKey, otherKeys: "leave" };
    found = await inspect({ connection: now.connection, stdin: asciiJson(JSON.stringify(ours)) });
    if (found.isOwn || !found.differs.includes("keys")) return undefined;
  }
  const where = ` in its new place (${now.connection.host})`;
  const others = (found?.owners ?? []).filter((other) => other !== takeOverFrom);
  if (others.length > 0) return userOfOthers({ uid, stack: owner.stack, others, where });
  const count = found?.otherKeys ?? 0;
  if (count === 0 || existingKeys === "revoke") return undefined;
  return keysInUse({ uid, stack: owner.stack, count, where });
}

/** A preview shows only that a command will run, not what it changes. */
function warnOfChanges(uid: string, found: Inspection, resource: pulumi.Resource): void {
  const changes = found.differs.filter((what) => what !== "keys" && what !== "owner");
  if (changes.length === 0) return;
  log(
    "warn",
    `RGW user ${shown(uid)} already exists. The update changes this to what is declared: ${changes.join(", ")}`,
    resource,
  );
}

interface UserInUse {
  uid: string;
  stack: string;
  /** Where the user is, if not where it has been. */
  where?: string;
}

function keysInUse({ uid, stack, where = "", count }: UserInUse & { count: number }): string {
  return (
    `RGW user ${shown(uid)} already exists${where}, with undeclared keys (${count}) that may be in use. If another ` +
    `stack or a person uses them, ${ownInstead(stack)}. If this stack should continue the user's backups, declare the ` +
    "key in use (`pulumi config set --secret cnpg-rgw:accessKeyId`, and cnpg-rgw:secretAccessKey). Only if the keys " +
    "are no longer in use, revoke them (`pulumi config set --path cnpg-rgw:rgwUser.existingKeys revoke`)"
  );
}

function userOfOthers({ uid, stack, where = "", others }: UserInUse & { others: string[] }): string {
  return (
    `RGW user ${shown(uid)} already exists${where}, and belongs to stack ${others.join(" and stack ")}. Do not share ` +
    `it: ${ownInstead(stack)}. Only if that stack is gone for good, take the user over: ` +
    `\`pulumi config set --path cnpg-rgw:rgwUser.takeOverFrom ${others[0] ?? ""}\``
  );
}

/** As rgw_user.py says it: a bucket stays with its owner, so another user has another bucket. */
function ownInstead(stack: string): string {
  const name = (stack.split("/").at(-1) ?? "").toLowerCase().replace(/[^a-z\d-]/g, "-");
  return (
    `give this stack its own user and bucket (\`pulumi config set --path cnpg-rgw:rgwUser.uid cnpg-backup-${name}\`` +
    ` and \`pulumi config set cnpg-rgw:bucket cnpg-backups-${name}\`)`
  );
}
