import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "mocha";

import { caFile } from "../../../../components/s3/ca-file.ts";

describe("caFile", () => {
  const parent = mkdtempSync(join(tmpdir(), "ca-file-"));
  const { HOME, XDG_CACHE_HOME } = process.env;
  const live = (home: string) => {
    mkdirSync(home, { recursive: true });
    process.env.HOME = home;
    assert.equal(homedir(), home);
  };
  let count = 0;
  before(() => {
    process.env.XDG_CACHE_HOME = join(parent, "elsewhere");
  });
  beforeEach(() => {
    count += 1;
    live(join(parent, `home-${count}`));
  });
  after(() => {
    for (const [name, value] of Object.entries({ HOME, XDG_CACHE_HOME })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    rmSync(parent, { recursive: true });
  });
  const real = (path: string): string => path.replace("~", homedir());

  it("writes the bundle once, for its user only, at a path that its content decides", () => {
    const path = caFile("PEM");
    assert.equal(caFile("PEM"), path);
    assert.notEqual(caFile("OTHER"), path);
    const folder = join(homedir(), ".cache", "pulumi-cnpg-rgw");
    assert.equal(readFileSync(real(path), "utf8"), "PEM");
    assert.equal(statSync(real(path)).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(readdirSync(folder).length, 2);
  });

  it("is at the same path for everybody, in each one's own home", () => {
    const mine = caFile("PEM");
    live(join(parent, "somebody"));
    assert.equal(caFile("PEM"), mine);
    assert.match(mine, /^~\/\.cache\/pulumi-cnpg-rgw\/ca-[0-9a-f]{16}\.pem$/);
    assert.equal(readFileSync(real(mine), "utf8"), "PEM");
  });

  it("mends a file that is damaged", () => {
    const path = real(caFile("PEM"));
    writeFileSync(path, "PE");
    assert.equal(readFileSync(real(caFile("PEM")), "utf8"), "PEM");
  });
});
