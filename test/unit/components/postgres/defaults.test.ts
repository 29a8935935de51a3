import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";

import { defaults } from "../../../../components/postgres/defaults.ts";

const source = readFileSync(new URL("../../../../components/postgres/args.ts", import.meta.url), "utf8");

/** What the docstring of an argument of an interface says of its default. */
function said(owner: string, argument: string): string | undefined {
  const within = source.slice(source.indexOf(`interface ${owner} {`)).split("\n}\n")[0] ?? "";
  const docstring = within
    .slice(0, within.search(new RegExp(`\\n  ${argument}\\??:`)))
    .split("/**")
    .at(-1);
  return /Default:\s+(?:\*\s+)?`?([\w.]+?)`?[.,\s]/.exec(docstring ?? "")?.[1];
}

describe("the defaults of a database", () => {
  const arguments_: [owner: string, argument: string, value: string | number][] = [
    ["PostgresClusterArgs", "instances", defaults.instances],
    ["PostgresClusterArgs", "database", defaults.database],
    ["PostgresClusterArgs", "timeoutSeconds", defaults.timeoutSeconds],
    ["DatabaseArgs", "name", defaults.database],
    ["BackupArgs", "method", defaults.method],
    ["BackupArgs", "retention", defaults.retention],
    ["BackupArgs", "dataCompression", defaults.dataCompression],
    ["BackupArgs", "walCompression", defaults.walCompression],
    ["BackupArgs", "jobs", defaults.jobs],
    ["BackupArgs", "walParallelism", defaults.walParallelism],
  ];
  for (const [owner, argument, value] of arguments_) {
    it(`are in the docstring of ${owner}.${argument}`, () => {
      assert.equal(said(owner, argument), String(value));
    });
  }
});
