import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { must, on } from "./lab.ts";
import { labState } from "./workspace.ts";

const argvFile = join(labState, "argv-seen");

/** Runs `work` while every command line on the machine is recorded; looks so often, in milliseconds. */
export async function recordingArgv<T>(
  work: () => Promise<T>,
  pauseMs = 4,
): Promise<{ result: T; argv: string }> {
  const script = join(import.meta.dirname, "argv-recorder.ts");
  const recorder = spawn("node", [script, argvFile, String(pauseMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(recorder, "exit");
  const stop = async (): Promise<void> => {
    recorder.kill("SIGTERM");
    await ended;
  };
  await once(recorder.stdout, "data");
  const result = await work().finally(stop);
  return { result, argv: readFileSync(argvFile, "utf8") };
}

const keys = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });

/** How many secrets a stack that is up has: see {@link secretsOfStack}. */
export const secretsOfWholeStack = 9;

/**
 * What must be nowhere in the clear: the S3 keys and a line of the plugin's two TLS keys once the stack has some, the SSH
 * key as a whole and three of its lines, and the passphrase.
 */
export async function secretsOfStack(): Promise<string[]> {
  const sshKey = readFileSync(join(labState, "pve", "access", "id_ed25519"), "utf8");
  const passphrase = readFileSync(join(labState, "workstation", "passphrase"), "utf8").trim();
  const outcome = await on("workstation", ["pulumi", "stack", "output", "--json", "--show-secrets"]);
  const found = outcome.code === 0 ? keys.safeParse(JSON.parse(outcome.stdout)).data : undefined;
  const ofStore = found === undefined ? [] : [found.accessKeyId, found.secretAccessKey];
  return [...ofStore, ...(await ofPlugin()), sshKey, ...sshKey.split("\n").slice(1, 4), passphrase];
}

async function ofPlugin(): Promise<string[]> {
  const names = ["barman-cloud-client", "barman-cloud-server"];
  const keys = ["-o", String.raw`jsonpath={.items[*].data.tls\.key}`];
  const get = ["kubectl", "-n", "cnpg-system", "get", "secret", ...names, ...keys];
  const { code, stdout } = await on("workstation", get);
  if (code !== 0) return [];
  const decoded = stdout
    .trim()
    .split(" ")
    .map((key) => Buffer.from(key, "base64").toString());
  return decoded.map((pem) => pem.split("\n")[1] ?? "");
}

/** What lies in homes and temporary folders of the Ceph host, shell histories included, each line with its file. */
export async function filesOnCephHost(): Promise<string> {
  return must("pve", ["grep", "-ras", "", "/root", "/home", "/tmp", "/var/tmp"]);
}

/** Fails if a secret is in one of the texts, in whatever form; and where there is none to look for. */
export function assertNoSecrets(places: Record<string, string>, secrets: readonly string[]): void {
  assert.ok(secrets.length > 0 && secrets.every((secret) => secret.length >= 8), "secrets to look for");
  const forms = [...new Set(secrets.flatMap(formsOf))];
  for (const [place, text] of Object.entries(places)) {
    for (const form of forms) {
      assert.ok(!text.includes(form), `a secret is in the clear in ${place}: …${form.slice(0, 3)}…`);
    }
  }
}

/** As it is, without the last newline, in base64, as in a URL, as in JSON, and as in JSON that is text in JSON. */
function formsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret.trimEnd()).slice(1, -1);
  const inJsonInJson = JSON.stringify(inJson).slice(1, -1);
  const encoded = [secret, secret.trimEnd()].flatMap((text) => [
    Buffer.from(text).toString("base64"),
    encodeURIComponent(text),
  ]);
  return [secret.trimEnd(), inJson, inJsonInJson, ...encoded];
}
