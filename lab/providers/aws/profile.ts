import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface SharedFiles {
  profile?: string | undefined;
  sharedConfigFiles?: readonly string[] | undefined;
  sharedCredentialsFiles?: readonly string[] | undefined;
}

/**
 * Fails where a profile is asked for, be it by the environment, and no file has it: upstream reads the files of AWS tools
 * although keys are given, and takes a missing profile for a mistake.
 */
export function requireProfile(given: SharedFiles, environment: NodeJS.ProcessEnv = process.env): void {
  const profile = text(given.profile) ?? text(environment.AWS_PROFILE);
  if (profile === undefined) return;
  const files = (listed: readonly string[] | undefined, variable: string, name: string) =>
    listed !== undefined && listed.length > 0
      ? listed
      : [text(environment[variable]) ?? join(homedir(), ".aws", name)];
  const inConfig = profile === "default" ? ["default"] : [`profile ${profile}`];
  const isThere =
    files(given.sharedConfigFiles, "AWS_CONFIG_FILE", "config").some((path) => hasSection(path, inConfig)) ||
    files(given.sharedCredentialsFiles, "AWS_SHARED_CREDENTIALS_FILE", "credentials").some((path) =>
      hasSection(path, [profile]),
    );
  if (!isThere) throw new Error(`loading configuration: failed to get shared config profile, ${profile}`);
}

function hasSection(path: string, names: readonly string[]): boolean {
  try {
    const content = readFileSync(path.replace(/^~(?=\/)/, homedir()), "utf8");
    const sections = [...content.matchAll(/^\s*\[\s*([^\]]*?)\s*\]/gm)].map(([, name = ""]) => name);
    return sections.some((name) => names.includes(name.replaceAll(/\s+/g, " ").replaceAll(/["']/g, "")));
  } catch {
    return false;
  }
}

function text(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
