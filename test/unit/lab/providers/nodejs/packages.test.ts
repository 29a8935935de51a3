import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { programDependencies, requiredPackages } from "../../../../../lab/providers/nodejs/packages.ts";

describe("packages of a program", () => {
  let program: string;
  const install = (folder: string, manifest: object) => {
    const path = join(program, folder);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "package.json"), JSON.stringify(manifest));
  };
  before(() => {
    program = mkdtempSync(join(tmpdir(), "packages-"));
    install(".", { name: "program", dependencies: { "@pulumi/random": "*", plain: "*" } });
    install("node_modules/@pulumi/random", {
      name: "@pulumi/random",
      version: "4.0.0",
      pulumi: { resource: true },
    });
    install("node_modules/plain", { name: "plain", version: "1.0.0" });
    const named = { resource: true, name: "third", version: "v2.0.0", server: "https://example.org" };
    install("node_modules/plain/node_modules/third-party", {
      name: "third-party",
      version: "9.9.9",
      pulumi: named,
    });
    install("node_modules/nameless", { name: "nameless", version: "1.0.0", pulumi: { resource: true } });
    symlinkSync("plain", join(program, "node_modules", "alias"));
    mkdirSync(join(program, "node_modules", "broken"));
    writeFileSync(join(program, "node_modules", "broken", "package.json"), "{");
  });
  after(() => {
    rmSync(program, { recursive: true });
  });

  it("tell which plugins are needed, nested ones included, each once", () => {
    const found = requiredPackages(program).map((found) => [
      found.getName(),
      found.getVersion(),
      found.getServer(),
    ]);
    assert.deepEqual(found.sort(), [
      ["random", "v4.0.0", ""],
      ["third", "v2.0.0", "https://example.org"],
    ]);
  });

  it("are listed with their installed versions", () => {
    const names = (transitive: boolean) =>
      programDependencies(program, transitive)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(names(false), ["@pulumi/random", "plain"]);
    assert.deepEqual(names(true), ["@pulumi/random", "nameless", "plain", "third-party"]);
  });
});
