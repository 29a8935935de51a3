import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";

import { versions } from "../../components/versions.ts";

const root = join(import.meta.dirname, "../..");

/** How texts for people name a pinned version; code takes it from versions.ts. */
const mentions: [key: keyof typeof versions, how: RegExp][] = [
  [
    "cloudNativePg",
    /\b(?:CloudNativePG|operator|image\.tag[:=]|cloudnative-pg\/cloudnative-pg[: ]v?) ?v?(\d+\.\d+\.\d+)/g,
  ],
  ["operatorChart", /\b(?:chartVersion=|chart `?|chart cloudnative-pg )(\d+\.\d+\.\d+)/g],
  ["operatorChart", /Default: `(0\.\d+\.\d+)` \(operator/g],
  ["barmanPlugin", /\b[Pp]lugin(?:-barman-cloud(?:-sidecar)?:?)? ?v?(\d+\.\d+\.\d+)/g],
  ["postgresTag", /postgresql:(\d+\.\d+-system-\w+)/g],
];

const files = globSync(
  ["README.md", "CONTRIBUTING.md", "docs/**/*.md", "components/**/*.ts", "config/**/*.ts", "lab/**/*.ts"],
  { cwd: root },
).filter((file) => file !== "components/versions.ts");

describe("versions", () => {
  it("are the same wherever a text names them", () => {
    const others = files.flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return mentions.flatMap(([key, how]) =>
        [...text.matchAll(how)]
          .filter(([, found]) => found !== versions[key])
          .map(([words]) => `${file}: "${words}", but ${key} is ${versions[key]} in components/versions.ts`),
      );
    });
    assert.equal(others.join("\n"), "");
  });

  it("are pinned to the release, and not to a range", () => {
    const { postgresTag, ...releases } = versions;
    for (const version of Object.values(releases)) assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.match(postgresTag, /^\d+\.\d+-/);
  });
});
