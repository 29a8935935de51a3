import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { type NewInputs, beforeUpdate } from "../../pulumi/hooks.ts";
import { fromJson, shown } from "../../pulumi/arguments.ts";
import { knownValues } from "../../pulumi/outputs.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import { log } from "../../pulumi/log.ts";
import { bootstrap } from "../ssh/remote-job.ts";
import { knownConnection, runOverSsh } from "../ssh/ssh.ts";
import { userNotes } from "./user-notes.ts";
import { sentence } from "../../text/sentence.ts";

/** What `inspect` of a script prints. It ends up in a command line, so nothing but plain words gets through. */
const inspection = z.object({
  /** What of the user is not as declared, such as `suspended`. */
  differs: z.array(z.string().regex(/^[a-z ]{1,40}$/)),
  /** How many keys the user has that no stack has declared. */
  otherKeys: z.int().nonnegative(),
  /** How many keys beside the declared one this stack may end. */
  oldKeys: z.int().nonnegative(),
  /** Whether this stack has the user already, and which others do. */
  isOwn: z.boolean(),
  owners: z.array(z.string().regex(/^[\w./-]{1,400}$/)),
  /** What the user's op mask keeps it from doing. */
  refuses: z.array(z.enum(["read", "write", "delete"])),
  /** When Ceph last wrote the user; empty if that is not known. */
  writtenAt: z
    .string()
    .regex(/^[\d TZ:.+-]{0,40}$/)
    .catch(""),
});
export type Inspection = z.output<typeof inspection>;

const secondsToLook = 25;

interface LookOptions {
  /** For a second look at the same user: what is to be told of it, the first one tells. */
  isQuiet?: boolean;
}

/**
 * For a command that brings an RGW user to what is declared. Its provider never looks at the user again, so the program
 * does, also in previews. If something has to be corrected, the command gets a new `update`, and the engine runs it. If
 * not, the engine keeps the last `update` and sees no change. Any `update` works with any later script: it only runs
 * the script that comes by stdin.
 */
export function correctsDrift(
  resource: pulumi.Resource,
  findings: (found: Inspection) => string[],
  options: LookOptions = {},
): pulumi.ResourceTransform[] {
  if (isMocked()) return [];
  return [
    async ({ props, opts }) => {
      const found = await look(props, resource, options);
      const toCorrect = found ? findings(found) : [];
      if (!found || toCorrect.length === 0) {
        return { props, opts: { ...opts, ignoreChanges: [...(opts.ignoreChanges ?? []), "update"] } };
      }
      // The time tells this drift from one that was corrected before.
      const since = found.writtenAt || new Date().toISOString();
      return {
        props: { ...props, update: `${bootstrap("apply")} # ${toCorrect.join(", ")}; ${since}` },
        opts,
      };
    },
  ];
}

/** Has a preview name what {@link correctsDrift} corrects: the engine's own line says no more than that it updates. */
export function namesDrift(
  resource: pulumi.Resource,
  findings: (found: Inspection) => string[],
): { hooks?: pulumi.ResourceHookBinding } {
  return beforeUpdate(resource, async (given) => {
    const drift = pulumi.runtime.isDryRun() ? await driftIn(given, findings, resource) : undefined;
    if (drift !== undefined) log("info", drift, resource);
    return undefined;
  });
}

/** What the update corrects in the user, as a sentence; undefined if nothing, or if that is not known. */
export async function driftIn(
  given: NewInputs,
  findings: (found: Inspection) => string[],
  resource: pulumi.Resource,
): Promise<string | undefined> {
  const known = await knownInputs(given);
  const found = known && (await look(given, resource));
  const toCorrect = found ? findings(found) : [];
  if (!known || toCorrect.length === 0) return undefined;
  const { uid } = about.parse(JSON.parse(known.stdin));
  return `RGW user ${shown(uid)} is not as declared, and will be corrected: ${toCorrect.join(", ")}`;
}

const inputs = z.object({
  connection: knownConnection,
  stdin: z.string(),
});
export type CommandInputs = z.output<typeof inputs>;

const program = z.object({ radosgwAdmin: z.string() });

/** Which Ceph a command is about: another one may have a user of the same name. */
export function placeOf({ connection: { host, port }, stdin }: CommandInputs): string {
  return JSON.stringify([host, port, program.parse(JSON.parse(stdin)).radosgwAdmin]);
}

// Of one run of the program: with the Automation API there can be several in one process.
const looks = new WeakMap<object, Map<string, Promise<Inspection | undefined>>>();

/** One look for all commands that are about the same user and key; nothing while their inputs are not known yet. */
export async function look(
  props: pulumi.Inputs,
  resource: pulumi.Resource,
  options: LookOptions = {},
): Promise<Inspection | undefined> {
  const known = await knownInputs(props);
  if (known === undefined) return undefined;
  const run = pulumi.runtime.getMonitor() ?? looks;
  const ofRun = looks.get(run) ?? new Map<string, Promise<Inspection | undefined>>();
  looks.set(run, ofRun);
  const { host, port } = known.connection;
  const job = about.parse(JSON.parse(known.stdin));
  const subject = JSON.stringify([host, port, job]);
  const made = ofRun.get(subject) ?? inspectOrWarn(known, job.uid, resource, options);
  ofRun.set(subject, made);
  return made;
}

const about = z.object({ radosgwAdmin: z.string(), uid: z.string(), accessKeyId: z.string() });

/** Warns if the host does not answer: a preview may run where the host is out of reach. */
async function inspectOrWarn(
  known: CommandInputs,
  uid: string,
  resource: pulumi.Resource,
  { isQuiet = false }: LookOptions,
): Promise<Inspection | undefined> {
  try {
    const found = await inspect(known);
    if (isQuiet) return found;
    for (const note of userNotes(uid, found)) log("warn", note, resource);
    return found;
  } catch (error) {
    if (isQuiet) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    log(
      "warn",
      `Could not look up RGW user ${shown(uid)}, so changes made by hand are not detected. ${sentence(why)}`,
      resource,
    );
    return undefined;
  }
}

/** Of a command as it is declared, or as the engine has it; undefined while a part of it is not known yet. */
export async function knownInputs(props: Record<string, unknown>): Promise<CommandInputs | undefined> {
  const { connection, stdin } = await knownValues({ connection: props.connection, stdin: props.stdin });
  return connection === undefined || stdin === undefined ? undefined : inputs.parse({ connection, stdin });
}

/** Throws where the host does not answer. */
export async function inspect({ connection, stdin }: CommandInputs): Promise<Inspection> {
  const printed = await runOverSsh(connection, {
    command: bootstrap("inspect"),
    stdin,
    seconds: secondsToLook,
  });
  const found = inspection.safeParse(fromJson(printed));
  if (!found.success)
    throw new Error(
      `The script on the host printed ${shown(printed)}, which is not the answer it should give.`,
    );
  return found.data;
}
