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
import { parse, stringify } from "yaml";
import { z } from "zod";
import { cephFacts } from "../ceph/facts.ts";
import { run } from "../host/run.ts";
import { checkout, logDir } from "../layout.ts";
import { chartRepository, operatorImage } from "../kubernetes/facts.ts";
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

async function makeStack(): Promise<void> {
  const homelab = stackConfig.parse(parse(readFileSync(join(checkout, "Pulumi.homelab.yaml"), "utf8")));
  writeFileSync(stackConfigFile, stringify({ config: labConfig(homelab.config) }));
  // The stack may be there from an `up` that was cut short between here and the copy below.
  await pulumi(["stack", "select", "--create", stackName]);
  const key = readFileSync(cephFacts().ssh.privateKeyFile, "utf8");
  await pulumi(["config", "set", "--secret", "--stack", stackName, "cnpg-rgw:cephHostPrivateKey"], {
    input: key,
  });
  copyFileSync(stackConfigFile, stackConfigMaster);
}

/** The stack, its config and its backend. A config that the user has edited stays as it is. */
export async function ensureStack(): Promise<"made" | "present"> {
  ensureHome();
  if (saltOf(stackConfigMaster) === undefined) {
    await makeStack();
  } else if (saltOf(stackConfigFile) === saltOf(stackConfigMaster)) {
    return "present";
  } else {
    copyFileSync(stackConfigMaster, stackConfigFile);
    await pulumi(["stack", "select", stackName]);
  }
  return "made";
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
  const [changed] = /^\s*[+~-].*(?:created|updated|deleted).*$/m.exec(output) ?? [];
  return changed === undefined ? "no change" : "updated";
}

/** The stack's outputs; secret ones show as [secret]. */
export async function stackOutputs(): Promise<Record<string, unknown>> {
  const printed = await pulumi(["stack", "output", "--json", "--stack", stackName]);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(printed));
}
