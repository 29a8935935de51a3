import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parse, parseDocument, stringify } from "yaml";
import { z } from "zod";
import { cephFacts } from "../ceph/facts.ts";
import { run } from "../host/run.ts";
import { checkout, logDir } from "../layout.ts";
import { barmanCloudImages, chartRepository, operatorImage } from "../kubernetes/facts.ts";
import { userPulumiHome } from "./engine.ts";
import { workstationEnvironment } from "./environment.ts";
import { settleLock } from "./stack-lock.ts";
import {
  backendDir,
  passphraseFile,
  pulumiHome,
  stackConfigFile,
  stackConfigMaster,
  stackName,
} from "./home.ts";

const stackConfig = z.object({
  encryptionsalt: z.string().optional(),
  config: z.record(z.string(), z.unknown()),
});

/**
 * The config of stack `lab`: that of the homelab in this repo, and what differs from one lab to the next.
 * Nothing in here is secret; the SSH key goes in by `pulumi config set --secret`.
 */
export function labConfig(homelab: Record<string, unknown>): Record<string, unknown> {
  const { ssh } = cephFacts();
  return {
    ...homelab,
    "cnpg-rgw:path": `/${stackName}`,
    "cnpg-rgw:cephHost": { address: ssh.address, port: ssh.port, user: ssh.user, hostKey: ssh.hostKey },
    "cnpg-rgw:namespaces": [{ name: "demo", create: true }],
    "cnpg-rgw:operator": { repository: chartRepository, values: { image: operatorImage } },
    "cnpg-rgw:barmanPlugin": barmanCloudImages,
  };
}

/** Runs the engine as a user on the workstation would. */
export async function pulumi(
  args: readonly string[],
  options: { input?: string; log?: string; timeoutMs?: number } = {},
): Promise<string> {
  return run(["pulumi", ...args, "--non-interactive"], {
    host: "workstation",
    cwd: checkout,
    env: workstationEnvironment(),
    outlives: true,
    ...options,
  });
}

function ensureHome(): void {
  mkdirSync(pulumiHome, { recursive: true });
  mkdirSync(backendDir, { recursive: true });
  if (!existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  // `npx pulumi` looks for the engine below PULUMI_HOME, which in the lab is the lab's own.
  const engines = join(pulumiHome, "versions");
  rmSync(engines, { force: true });
  symlinkSync(join(userPulumiHome(), "versions"), engines);
}

/** The salt ties a stack's config to a passphrase: a config of an earlier lab cannot be decrypted any more. */
function saltOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return stackConfig.safeParse(parse(readFileSync(file, "utf8"))).data?.encryptionsalt;
}

function freshConfig(): Record<string, unknown> {
  const homelab = stackConfig.parse(parse(readFileSync(join(checkout, "Pulumi.homelab.yaml"), "utf8")));
  return labConfig(homelab.config);
}

async function makeStack(): Promise<void> {
  writeFileSync(stackConfigFile, stringify({ config: freshConfig() }));
  // The stack may be there from an `up` that was cut short between here and the copy below.
  await pulumi(["stack", "select", "--create", stackName]);
  const key = readFileSync(cephFacts().ssh.privateKeyFile, "utf8");
  await pulumi(["config", "set", "--secret", "--stack", stackName, "cnpg-rgw:cephHostPrivateKey"], {
    input: key,
  });
  copyFileSync(stackConfigFile, stackConfigMaster);
}

/** The text of a stack's config file with these keys added; all else stays, comments included. */
export function withKeys(text: string, keys: Record<string, unknown>): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(keys)) document.setIn(["config", key], value);
  return document.toString();
}

/** A lab of an earlier version of this project never got the keys that have come since: they are added. */
function addNewKeys(): void {
  const given = stackConfig.parse(parse(readFileSync(stackConfigMaster, "utf8"))).config;
  const news = Object.entries(freshConfig()).filter(([key]) => !(key in given));
  if (news.length === 0) return;
  for (const file of [stackConfigFile, stackConfigMaster]) {
    writeFileSync(file, withKeys(readFileSync(file, "utf8"), Object.fromEntries(news)));
  }
}

/** The stack, its config and its backend. A config that the user has edited stays as it is. */
export async function ensureStack(): Promise<"made" | "present"> {
  ensureHome();
  if (saltOf(stackConfigMaster) === undefined) {
    await makeStack();
  } else if (saltOf(stackConfigFile) === saltOf(stackConfigMaster)) {
    addNewKeys();
    await selectIfNoneIs();
    return "present";
  } else {
    copyFileSync(stackConfigMaster, stackConfigFile);
    addNewKeys();
    await pulumi(["stack", "select", stackName]);
  }
  return "made";
}

/** Pulumi remembers a selection by the checkout's folder and the backend's URL, of which either may be new. */
async function selectIfNoneIs(): Promise<void> {
  await pulumi(["stack", "--show-name"]).catch(() => pulumi(["stack", "select", stackName]));
}

/** Brings the stack to what its config says; a stack that is there already is left as it is. */
export async function pulumiUp(report: (status: string) => void): Promise<string> {
  await settleLock(stackName, report, () => pulumi(["cancel", "--yes", "--stack", stackName]));
  report("pulumi up");
  const log = join(logDir, "pulumi-up.log");
  rmSync(log, { force: true });
  const output = await pulumi(["up", "--yes", "--skip-preview", "--stack", stackName], {
    log,
    timeoutMs: 15 * 60_000,
  });
  const isChanged = /^ +\S+ ?\d+ (?:created|updated|deleted|replaced|imported)/m.test(output);
  return isChanged ? "updated" : "no change";
}

/** The stack's outputs; secret ones show as [secret]. */
export async function stackOutputs(): Promise<Record<string, unknown>> {
  const printed = await pulumi(["stack", "output", "--json", "--stack", stackName]);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(printed));
}
