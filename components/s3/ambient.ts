import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { shown } from "../pulumi/arguments.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What of the environment, set for AWS tools, keeps the AWS provider from working with any keys, and cannot be kept from
 * it: a profile is an option, too, but it would have to be in a file on each machine where the provider ever runs.
 */
export function ambientTrouble(env: Environment = process.env): string | undefined {
  const profile = env.AWS_PROFILE ?? "";
  if (profile !== "" && !hasProfile(profile, env)) {
    return (
      `AWS_PROFILE is ${shown(profile)}, and there is no such profile in ${configFile(env)} or ${credentialsFile(env)}: ` +
      "the AWS provider would fail, although it needs none. Unset AWS_PROFILE"
    );
  }
  if (env.AWS_USE_DUALSTACK_ENDPOINT?.toLowerCase() === "true") {
    return "AWS_USE_DUALSTACK_ENDPOINT is true, which works with Amazon's endpoints only. Unset it";
  }
  return undefined;
}

const configFile = (env: Environment): string => pathIn(env.AWS_CONFIG_FILE, "config");

const credentialsFile = (env: Environment): string => pathIn(env.AWS_SHARED_CREDENTIALS_FILE, "credentials");

const pathIn = (given = "", name: string): string => (given === "" ? join(homedir(), ".aws", name) : given);

function hasProfile(name: string, env: Environment): boolean {
  // Of this file the provider's SDK (aws-sdk-go-v2) takes just these sections.
  const inConfig = sectionsOf(configFile(env)).flatMap((section) =>
    section === "default" ? [section] : (/^profile\s+(.*)$/.exec(section)?.[1] ?? []),
  );
  return [...inConfig, ...sectionsOf(credentialsFile(env))].some(
    (section) => section.replaceAll(/^["']|["']$/g, "") === name,
  );
}

function sectionsOf(path: string): string[] {
  try {
    return Array.from(
      readFileSync(path, "utf8").matchAll(/^\s*\[\s*([^\]]*?)\s*\]/gm),
      ([, name]) => name ?? "",
    );
  } catch {
    return [];
  }
}
