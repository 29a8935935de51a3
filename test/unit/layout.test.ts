import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "mocha";

/**
 * Which folder may import which, beside itself. A folder imports only from rows above its own, so that there are no
 * circles. A single file (`versions.ts`) is a row as a folder is.
 */
const mayImport: Record<string, readonly string[]> = {
  "components/versions.ts": [],
  "components/turns.ts": [],
  "components/text": [],
  "components/pulumi": ["text"],
  "components/crds": ["text", "pulumi"],
  "components/kubernetes": ["text", "pulumi", "crds", "turns.ts"],
  "components/ceph": ["text", "pulumi", "versions.ts"],
  "components/s3": ["text", "pulumi"],
  "components/operator": ["text", "pulumi", "kubernetes", "versions.ts"],
  "components/backup-secret": ["text", "pulumi", "kubernetes", "s3"],
  "components/archive": ["text", "crds", "s3", "backup-secret", "turns.ts"],
  "components/backup-plugin": ["text", "pulumi", "kubernetes", "archive", "versions.ts"],
  "components/postgres": [
    ...["text", "pulumi", "crds", "kubernetes", "s3", "backup-secret", "archive", "backup-plugin"],
    "versions.ts",
  ],
  "components/restore-drill": [
    ...[
      "text",
      "pulumi",
      "crds",
      "kubernetes",
      "s3",
      "backup-secret",
      "archive",
      "backup-plugin",
      "postgres",
    ],
    "versions.ts",
  ],
  "components/monitoring": [
    ...["text", "pulumi", "crds", "kubernetes", "archive", "postgres", "restore-drill", "versions.ts"],
  ],
  "components/platform.ts": ["text", "pulumi", "s3"],
  // The two doors: what users import, and what the rest of this repository may use beside that.
  "components/index.ts": ["*"],
  "components/internal.ts": ["*"],
  config: ["components/index.ts", "components/internal.ts", "components/versions.ts"],
  "index.ts": ["components/index.ts", "components/internal.ts", "config"],
  // Tables and plots, of benches and of what tools report.
  report: [],
  tools: ["components/index.ts", "components/internal.ts", "components/versions.ts", "report"],
  "compile-cache.ts": [],
  lab: ["components/versions.ts", "compile-cache.ts"],
  scripts: ["components/versions.ts", "config", "lab"],
  bench: ["components/internal.ts", "components/versions.ts", "lab", "report", "compile-cache.ts"],
};

const root = join(import.meta.dirname, "../..");

/** The row of a file: its folder below components/, or else its first folder; `config.ts` is a part of config/. */
function rowOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  if (first === "components") return `components/${second}`;
  return first === "config.ts" ? "config" : first;
}

const isAllowed = (from: string, to: string): boolean => {
  const [folder = ""] = from.split("/");
  return (mayImport[from] ?? []).some((name) => name === to || `${folder}/${name}` === to || name === "*");
};

interface Import {
  file: string;
  imported: string;
}

function importsOf(file: string): Import[] {
  const found = readFileSync(join(root, file), "utf8").matchAll(
    /^(?:import|export|\}).*? from "(\.[^"]+)";$|\bimport\("(\.[^"]+)"\)/gm,
  );
  return [...found].map(([, one, other]) => ({
    file,
    imported: normalize(join(dirname(file), one ?? other ?? "")),
  }));
}

const sources = Object.keys(mayImport)
  .map((row) => (row.includes(".") ? row : `${row}/**/*.ts`))
  .concat("components/**/*.ts", "config.ts");
const files = [...new Set(globSync(sources, { cwd: root }))].sort();

describe("layout", () => {
  it("has a row for each folder of components/", () => {
    const missing = [...new Set(files.map(rowOf))].filter((row) => mayImport[row] === undefined);
    assert.deepEqual(missing, [], `give ${missing.join(", ")} a row in test/unit/layout.test.ts`);
  });

  it("has only arrows to rows above, so no circles", () => {
    const rows = Object.keys(mayImport);
    const upward = rows.flatMap((from, i) =>
      rows.slice(i + 1).filter((to) => isAllowed(from, to) && !mayImport[from]?.includes("*")),
    );
    assert.deepEqual(upward, []);
  });

  it("lets each folder import only what its row says", () => {
    const wrong = files
      .flatMap(importsOf)
      .filter(({ imported }) => /\.(ts|json)$/.test(imported) && existsSync(join(root, imported)))
      .map((one) => ({ ...one, from: rowOf(one.file), to: rowOf(one.imported) }))
      .filter(({ from, to }) => from !== to && !isAllowed(from, to))
      .map(
        ({ from, to, file, imported }) =>
          `${from} may not import ${to}: ${file} imports ${imported}. ${from} may import ` +
          `${mayImport[from]?.join(", ") ?? ""} (test/unit/layout.test.ts)`,
      );
    assert.equal(wrong.join("\n"), "");
  });
});
