import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { z } from "zod";

/** What a changelog says of a version, without its heading. Throws where it says nothing. */
export function notesOf(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => /^\[?([^\]\s]+)/.exec(text)?.[1] === version);
  const notes = section?.split("\n").slice(1).join("\n").trim() ?? "";
  if (notes === "") {
    throw new Error(
      `CHANGELOG.md has no section "## ${version} - DATE" with text: rename "## Unreleased" to it`,
    );
  }
  return `${notes}\n`;
}

/** The version that a tag such as `v1.2.0` names. Throws where package.json has another. */
export function versionOf(tag: string, manifest: unknown): string {
  const { version } = z.object({ version: z.string() }).parse(manifest);
  if (tag === `v${version}`) return version;
  throw new Error(
    `the tag is ${tag}, and package.json has version ${version}: tag v${version}, or change it first`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const version = versionOf(process.argv[2] ?? "", JSON.parse(readFileSync("package.json", "utf8")));
  process.stdout.write(notesOf(readFileSync("CHANGELOG.md", "utf8"), version));
}
