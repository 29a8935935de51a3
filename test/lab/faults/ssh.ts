import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { must, mustPulumi } from "../support/lab.ts";
import { pidOf } from "../support/machine.ts";
import { labState } from "../support/workspace.ts";
import { changeOfUser, destroyAgain, whenDestroyed } from "./changes.ts";
import type { Fault, Mend, Theme } from "./fault.ts";
import { hanging, heldOpen, killed } from "./machines.ts";

/** A warning, where the user is looked at before the fault has passed. */
export const couldNotLook = /Could not look up RGW user \S+[^\n]*/;

const folder = join(labState, "pve", "files", "etc", "ssh");
const [hostKey, config] = [join(folder, "ssh_host_ed25519_key"), join(folder, "sshd_config")] as const;

/** Changes files of the SSH server, which then starts itself anew, as the same process. */
async function withFiles(files: Record<string, string>): Promise<Mend> {
  const before = Object.keys(files).map((file): [string, string] => [file, readFileSync(file, "utf8")]);
  const write = async (contents: Record<string, string>): Promise<void> => {
    for (const [file, text] of Object.entries(contents)) writeFileSync(file, text);
    process.kill(pidOf("pve-sshd"), "SIGHUP");
    await sleep(1000);
  };
  await write(files);
  return () => write(Object.fromEntries(before));
}

/** As after the host was installed anew. */
async function newHostKey(): Promise<Mend> {
  const made = join(labState, "other-host-key");
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "pve", "-f", made]);
  const [key, pub] = [readFileSync(made, "utf8"), readFileSync(`${made}.pub`, "utf8")];
  await execa("rm", [made, `${made}.pub`]);
  return withFiles({ [hostKey]: key, [`${hostKey}.pub`]: pub });
}

/** The SSH server takes ten connections at once that have not logged in, and somebody else has all of them. */
async function tenAtOnce(seconds?: number): Promise<Mend> {
  const restore = await withFiles({ [config]: `${readFileSync(config, "utf8")}MaxStartups 10:100:10\n` });
  const release = await heldOpen(10, "10.0.0.10", 22, seconds);
  return async () => {
    await release();
    await restore();
  };
}

const trustNewHostKey = async (): Promise<void> => {
  const scanned = await must("workstation", ["ssh-keyscan", "-t", "ed25519", "10.0.0.10"]);
  const [line = ""] = scanned.split("\n").filter((each) => each.startsWith("10.0.0.10 "));
  await mustPulumi(["config", "set", "--path", "cnpg-rgw:cephHost.hostKey", line.replace("10.0.0.10 ", "")]);
};

let restoreHostKey: Mend | undefined;
const otherHostKey: Pick<Fault, "name" | "cause" | "byHand" | "restore"> = {
  name: "Another host key",
  cause: async () => {
    restoreHostKey = await newHostKey();
    return () => Promise.resolve();
  },
  byHand: { what: "`pulumi config set --path cnpg-rgw:cephHost.hostKey …`", how: trustNewHostKey },
  restore: async () => {
    await restoreHostKey?.();
    await trustNewHostKey();
  },
};

export const sshTheme: Theme = {
  title: "SSH to the Ceph host",
  notes: [
    "Before the engine runs anything on the Ceph host, the program waits until its SSH server shows its key: for up to" +
      " 40 s, or 10 s where it refuses connections. Another key ends the wait at once. If the user is as it was, `up`" +
      " warns that it could not look, and goes on. In `destroy`, which does not run the program, the command provider" +
      " tries five times, and what it says is in its own words.",
  ],
  faults: [
    {
      name: "sshd down",
      ...changeOfUser,
      cause: () => killed("pve-sshd"),
      says: [/ssh ceph-admin@10\.0\.0\.10 port 22: [^\n]*/],
      seconds: 120,
      isCore: true,
    },
    {
      name: "sshd hangs (SIGSTOP)",
      ...changeOfUser,
      cause: () => hanging("pve-sshd"),
      says: [/ssh ceph-admin@10\.0\.0\.10 port 22: [^\n]*/],
      seconds: 150,
    },
    {
      name: "sshd refuses more than ten connections at once, others hold them for good",
      ...changeOfUser,
      cause: () => tenAtOnce(),
      says: [/ssh ceph-admin@10\.0\.0\.10 port 22: [^\n]*/],
      seconds: 150,
    },
    {
      name: "sshd refuses more than ten connections at once, others hold them for 20 s",
      ...changeOfUser,
      cause: () => tenAtOnce(20),
      survives: true,
      says: [],
      mayShow: [couldNotLook],
      seconds: 120,
      leastSeconds: 18,
    },
    {
      ...otherHostKey,
      ...changeOfUser,
      says: [/ssh ceph-admin@10\.0\.0\.10 port 22: [^\n]*key[^\n]*/],
      seconds: 120,
    },
    {
      name: "sshd down",
      ...whenDestroyed,
      cause: () => killed("pve-sshd"),
      says: [/after \d+ failed attempts: [^\n]*10\.0\.0\.10[^\n]*refused[^\n]*/i],
      seconds: 120,
      byHand: destroyAgain,
    },
    {
      ...otherHostKey,
      ...whenDestroyed,
      says: [/after \d+ failed attempts: [^\n]*host key mismatch[^\n]*/],
      seconds: 120,
    },
  ],
};
