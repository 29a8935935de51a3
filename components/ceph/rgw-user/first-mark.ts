import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type NewInputs, beforeUpdate } from "../../pulumi/hooks.ts";
import { asciiJson, shown } from "../../pulumi/arguments.ts";
import { type CommandInputs, knownInputs, placeOf } from "./drift.ts";
import { bootstrap } from "../ssh/remote-job.ts";
import { runOverSsh } from "../ssh/ssh.ts";

/**
 * For an update that is the first of this version, and brings new keys as well. The user has no mark yet, so nothing on
 * the host would tell that the key of before is this stack's, and it would never end. So the user is marked with the
 * keys of before first.
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
    return `RGW user ${shown(toMark.uid)} could not be marked with the keys it has. ${why} Then run \`pulumi up\` again.`;
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

/** What marks the user with the keys of before, where that is still to be done, and it is the user of before. */
function unmarked(now: CommandInputs, before: CommandInputs): (CommandInputs & { uid: string }) | undefined {
  const [declared, last] = [now, before].map(({ stdin }) => job.parse(JSON.parse(stdin)));
  if (!declared || !last || last.owner !== undefined) return undefined;
  const { accessKeyId, secretAccessKey } = last;
  const isElsewhere = placeOf(now) !== placeOf(before) || declared.uid !== last.uid;
  if (isElsewhere || accessKeyId === declared.accessKeyId) return undefined;
  // Nobody knows who made the key of before: it may be that of an adopted user, which a destroy is to leave.
  const ofBefore = { ...declared, accessKeyId, secretAccessKey, keysAreGenerated: false, otherKeys: "leave" };
  return { connection: now.connection, stdin: asciiJson(JSON.stringify(ofBefore)), uid: declared.uid };
}
