import { readFileSync } from "node:fs";

import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { asciiJson } from "../../pulumi/arguments.ts";
import { advisesOnLostConnection } from "./connection-lost.ts";
import { sshConnection } from "./host.ts";
import type { CephHostArgs } from "./host.ts";
import { sshAnswersFirst } from "./ssh-answers.ts";

/** The files in scripts/ that make up each script. */
const files = {
  "rgw_user.py": ["common.py", "radosgw_admin.py", "ownership.py", "rgw_user.py"],
  "rgw_user_key_revocation.py": [
    "common.py",
    "radosgw_admin.py",
    "ownership.py",
    "rgw_user_key_revocation.py",
  ],
  "rgw_read_only_key.py": ["common.py", "radosgw_admin.py", "ownership.py", "rgw_read_only_key.py"],
  "single_disk.py": ["common.py", "single_disk.py"],
  "host_rights.py": ["host_rights.py"],
} as const;
type Script = keyof typeof files;

interface RemoteJob {
  host: CephHostArgs;

  script: Script;

  /** What the script finds as `job`; may hold secrets. */
  values: pulumi.Inputs;

  /** Whether the script has something to do when the resource is deleted. */
  hasDelete: boolean;

  /** A change of these makes a new resource instead of correcting the old one. */
  triggers?: pulumi.Input<string>[];

  /** What the script does when the resource is made; at updates it is always `apply`. Default: `apply`. */
  first?: "adopt" | "apply";

  /** How long the provider may try to connect. Default: `4m`; a script gives up after two by itself. */
  timeout?: string;

  /** See `correctsDrift` and `beforeCreate`. */
  opts?: pulumi.CustomResourceOptions;
}

/**
 * Runs a script on a Ceph host at create, update and delete. The command line is a constant: script and values go by
 * stdin, where other users of the host cannot see them and no shell ever reads them.
 */
export function remoteJob(name: string, job: RemoteJob, parent: pulumi.Resource): command.remote.Command {
  const connection = sshConnection(parent, job.host);
  const timeout = job.timeout ?? "4m";
  return new command.remote.Command(
    name,
    {
      connection,
      create: bootstrap(job.first ?? "apply"),
      ...(job.first === undefined ? {} : { update: bootstrap("apply") }),
      ...(job.hasDelete ? { delete: bootstrap("delete") } : {}),
      ...(job.triggers === undefined ? {} : { triggers: job.triggers }),
      stdin: pulumi.secret(jobStdin(job.script, job.values)),
      logging: "none",
      // It would be offered to the SSH server as environment variables, which servers refuse with a warning.
      addPreviousOutputInEnv: false,
    },
    [
      // These limit the attempts to connect. A running command is ended by its own script, after two minutes.
      { parent, customTimeouts: { create: timeout, update: timeout, delete: timeout } },
      sshAnswersFirst(name, connection),
      advisesOnLostConnection(name, connection, parent),
      job.opts ?? {},
    ].reduce((opts, more) => pulumi.mergeOptions(opts, more)),
  );
}

/** A job as the bootstrap reads it. Python decodes stdin by whatever locale the SSH server gives it, so it is ASCII. */
export function jobStdin(script: Script, values: pulumi.Inputs): pulumi.Output<string> {
  return pulumi.jsonStringify({ ...values, script: scriptText(script) }).apply(asciiJson);
}

/** The remote command line; it is part of every error message of the command provider, so it is short. */
export function bootstrap(operation: "adopt" | "apply" | "inspect" | "delete"): string {
  const run = 'exec(compile(job["script"],"script","exec"),{"job":job})';
  return `python3 -c 'import json,sys; job=json.load(sys.stdin); job["op"]="${operation}"; ${run}'`;
}

/** The program that runs on the host. */
export function scriptText(script: Script): string {
  return files[script]
    .map((file) => readFileSync(new URL(`../scripts/${file}`, import.meta.url), "utf8"))
    .join("\n");
}
