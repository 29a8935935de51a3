import { relative } from "node:path";
import { fileURLToPath } from "node:url";

import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import { asciiJson, fromJson, shown } from "../../pulumi/arguments.ts";
import { knownValues } from "../../pulumi/outputs.ts";
import { isMocked } from "../../pulumi/mocks.ts";
import { log } from "../../pulumi/log.ts";
import { bootstrap, scriptText } from "./remote-job.ts";
import { knownConnection, runOverSsh } from "./ssh.ts";

/** What a component needs of the account on the Ceph host. */
interface Needs {
  /** The command that it runs there, such as `sudo radosgw-admin`. */
  command: pulumi.Output<string>;

  /** The RGW user that it manages; without it, the command is `ceph`. */
  uid?: pulumi.Output<string>;
}

/**
 * Makes each preview warn of an account that can become root on the Ceph host or is not set up for its work there, with
 * the command that fixes it. A host that does not answer is reported elsewhere. The transforms in `beside` run at the
 * same time, since an unreachable host takes long to time out.
 */
export function warnsOfRights(
  resource: pulumi.Resource,
  needs: Needs,
  beside: pulumi.ResourceTransform[] = [],
): pulumi.ResourceTransform[] {
  if (isMocked() || !pulumi.runtime.isDryRun()) return beside;
  let told: Promise<void> | undefined;
  const begin: pulumi.ResourceTransform = ({ props }) => {
    // A value that is wrong is an error of the resource itself.
    told = tell(resource, { connection: props.connection, ...needs }).catch(() => undefined);
    return undefined;
  };
  const end: pulumi.ResourceTransform = async () => {
    await told;
    return undefined;
  };
  return [begin, ...beside, end];
}

async function tell(resource: pulumi.Resource, inputs: Readonly<Record<string, unknown>>): Promise<void> {
  const known = account.safeParse(await knownValues(inputs));
  const problem = known.success ? await rightsProblemNow(known.data) : undefined;
  if (problem !== undefined) log("warn", problem, resource);
}

const account = z.object({
  connection: knownConnection,
  command: z.string(),
  uid: z.string().optional(),
});
export type Account = z.output<typeof account>;

const rights = z.object({
  isRoot: z.boolean(),
  usesSudo: z.boolean(),
  /** As `sudo -l` lists them. */
  rules: z.array(z.string()),
  /** The RGW users that `ceph-host/install.py` has set the account up for; null where it has not. */
  uids: z.array(z.string()).nullable(),
});
export type HostRights = z.output<typeof rights>;

/** Asks the host; undefined where all is well, and where it does not answer. */
export async function rightsProblemNow(known: Account): Promise<string | undefined> {
  const job = { command: known.command, script: scriptText("host_rights.py") };
  const stdin = asciiJson(JSON.stringify(job));
  const asked = runOverSsh(known.connection, { command: bootstrap("inspect"), stdin, seconds: 30 });
  const found = rights.safeParse(fromJson(await asked.catch(() => "")));
  return found.success ? rightsProblem(found.data, known) : undefined;
}

/** What is wrong with the rights of an account, and the command that mends it. */
export function rightsProblem(found: HostRights, known: Account): string | undefined {
  const { connection, uid } = known;
  const who = `${connection.user}@${connection.host}`;
  const program = uid === undefined ? "ceph" : "radosgw-admin";
  if (found.isRoot) return uid === undefined ? undefined : rootLogin(who);
  if (!found.usesSudo) return undefined;
  const tooMuch = found.rules.flatMap(runByRoot).filter((command) => isTooMuch(command, program));
  const mended = `As root on the host, run ceph-host/install.py once (docs/ceph-setup.md): \`${mendCommand(known)}\`${nextStep(known, program)}`;
  if (tooMuch.length > 0) {
    return (
      `${who} can become root on the Ceph host, and so can anyone who has its SSH key: sudo lets it run ` +
      `${tooMuch.map(shown).join(", ")} with any option, and Ceph has options that write to any file. ${mended}`
    );
  }
  if (found.rules.length === 0)
    return `sudo lets ${who} run nothing on the Ceph host without a password. ${mended}`;
  if (uid !== undefined && found.uids !== null && !found.uids.includes(uid)) {
    return `${who} is not set up for RGW user ${shown(uid)} on the Ceph host, only for others. ${mended}`;
  }
  return undefined;
}

const rootLogin = (who: string): string =>
  `${who} is root on the Ceph host, and so is anyone who has its SSH key. The stack needs far less. Set up an account ` +
  "with ceph-host/install.py (docs/ceph-setup.md), then run `pulumi config set --path cnpg-rgw:cephHost.user " +
  "ceph-admin` and `pulumi config set cnpg-rgw:radosgwAdmin 'sudo radosgw-admin'`";

/** By its name sudo finds what `install.py` has put there; any other command has to be changed. */
function nextStep({ command }: Account, program: string): string {
  if (command.trim().split(/\s+/).join(" ") === `sudo ${program}`) return "";
  const key = program === "ceph" ? "--path cnpg-rgw:singleDiskCeph.ceph" : "cnpg-rgw:radosgwAdmin";
  return `, then run \`pulumi config set ${key} 'sudo ${program}'\``;
}

/** The commands of a rule that an account runs as root unasked: `(root) NOPASSWD: /usr/bin/ceph, /usr/bin/id -u`. */
function runByRoot(rule: string): string[] {
  const [, runAs = "", list = ""] = /^\(([^)]*)\)\s*(.*)$/.exec(rule) ?? [];
  if (!/\b(?:root|ALL)\b/.test(runAs)) return [];
  let isUnasked = false;
  return list.split(/(?<!\\), /).flatMap((given) => {
    const [tags = "", command = ""] = /^((?:[A-Z_]+: )*)(.*)$/.exec(given)?.slice(1) ?? [];
    if (/\bNOPASSWD:/.test(tags)) isUnasked = true;
    else if (/\bPASSWD:/.test(tags)) isUnasked = false;
    return isUnasked ? [command] : [];
  });
}

const programsOfCeph = /^\/(?:usr\/)?s?bin\/(?:ceph|cephadm|rados|radosgw-admin)$/;

/** Whether a command amounts to root: any command, or one of Ceph's with any option. Other commands do not matter here. */
function isTooMuch(command: string, program: string): boolean {
  const [path = "", ...words] = command.split(" ");
  if (path === "ALL") return true;
  const isFree = words.length === 0 || words.some((word) => /[*?[^]/.test(word));
  return programsOfCeph.test(path) && isFree && path.endsWith("/ceph") === (program === "ceph");
}

/** A command line to paste into the shell in which Pulumi runs. */
export function mendCommand({ connection: { host, port, user }, uid }: Account): string {
  const what = uid === undefined ? ["--single-disk"] : [`--uid=${uid}`];
  const remote = ["python3", "-", `--user=${user}`, ...what].map(shellWord).join(" ");
  const target = `${port === 22 ? "" : `-p ${port} `}root@${host}`;
  return `ssh ${target} ${shellWord(remote)} < ${shellWord(installer())}`;
}

/** Of this checkout, or of the npm package. */
const installer = (): string =>
  relative(process.cwd(), fileURLToPath(new URL("../../../ceph-host/install.py", import.meta.url)));

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
