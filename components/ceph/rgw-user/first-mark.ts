import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type NewInputs, beforeUpdate } from "../../pulumi/hooks.ts";
import { asciiJson, shown } from "../../pulumi/arguments.ts";
import { type CommandInputs, knownInputs, placeOf } from "./drift.ts";
import { bootstrap } from "../ssh/remote-job.ts";
import { runOverSsh } from "../ssh/ssh.ts";
import { sentence } from "../../text/sentence.ts";

/**
 * For the first update with this version when it also brings new keys. The user has no mark yet, so nothing on the host
 * would tell that the previous key is this stack's, and the key would never be revoked. So the user is first marked with
 * its previous keys.
 */
export function marksBeforeNewKeys(resource: pulumi.Resource): { hooks?: pulumi.ResourceHookBinding } {
  return beforeUpdate(resource, (inputs, before) => markKeysOfBefore(inputs, before));
}

export async function markKeysOfBefore(
  inputs: NewInputs,
  inputsBefore: NewInputs,
): Promise<string | undefined> {
  if (pulumi.runtime.isDryRun()) return undefined;
  const [now, before] = await Promise.all([knownInputs(inputs), knownInputs(inputsBefore)]);
  const toMark = now && before && unmarked(now, before);
  if (toMark === undefined) return undefined;
  try {
    const { connection, stdin } = toMark;
    await runOverSsh(connection, { command: bootstrap("apply"), stdin, seconds: secondsToMark });
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `Could not mark RGW user ${shown(toMark.uid)} with the keys it has. ${sentence(why)} Then run \`pulumi up\` again.`;
  }
}

// The script ends by itself after two minutes.
const secondsToMark = 130;

const job = z.looseObject({
  uid: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  owner: z.unknown().optional(),
});

/** The command that marks the user with its previous keys; undefined if it has a mark, or is now another user. */
function unmarked(now: CommandInputs, before: CommandInputs): (CommandInputs & { uid: string }) | undefined {
  const [declared, last] = [now, before].map(({ stdin }) => job.parse(JSON.parse(stdin)));
  if (!declared || !last || last.owner !== undefined) return undefined;
  const { accessKeyId, secretAccessKey } = last;
  const isElsewhere = placeOf(now) !== placeOf(before) || declared.uid !== last.uid;
  if (isElsewhere || accessKeyId === declared.accessKeyId) return undefined;
  // Who made the previous key is not known. It may be that of an adopted user, which a destroy must leave.
  const ofBefore = { ...declared, accessKeyId, secretAccessKey, keysAreGenerated: false, otherKeys: "leave" };
  return { connection: now.connection, stdin: asciiJson(JSON.stringify(ofBefore)), uid: declared.uid };
}
