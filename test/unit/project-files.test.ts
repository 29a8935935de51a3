import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";

import { parse } from "yaml";
import { z } from "zod";

import { partsOf } from "../../config/commands.ts";
import { schema } from "../../config/schema.ts";
import { anyS3, parsed, refusal } from "./config/fixtures.ts";

describe("Pulumi.yaml", () => {
  const declaration = z.record(z.string(), z.looseObject({}));
  const project = z.object({ config: declaration }).parse(parse(readFileSync("Pulumi.yaml", "utf8")));
  const own = Object.entries(project.config).filter(([key]) => !key.includes(":"));

  it("declares exactly the keys that the program knows, each with a description", () => {
    assert.deepEqual(own.map(([key]) => key).sort(), Object.keys(schema.shape).sort());
    for (const [key, { description }] of own) assert.equal(typeof description, "string", key);
  });

  it("leaves every check to the program: the engine's own ends at the first mistake, and does not say how to mend it", () => {
    for (const [key, declaration] of own) {
      assert.deepEqual(Object.keys(declaration).sort(), ["default", "description"], key);
      assert.notEqual(declaration.default, null, key);
    }
  });

  it("has the defaults of the program", () => {
    const declared = Object.fromEntries(own.map(([key, { default: value }]) => [key, value]));
    const { accessKeyId, secretAccessKey, endpoint } = anyS3;
    const explicit = parsed({ ...declared, accessKeyId, secretAccessKey, endpoint });
    assert.deepEqual({ ...explicit, keys: undefined }, { ...parsed(anyS3), keys: undefined });
  });

  it("knows a command for every key", () => {
    assert.deepEqual(partsOf([]).sort(), Object.keys(schema.shape).sort());
  });
});

describe("Pulumi.homelab.yaml", () => {
  const stack = z
    .object({ config: z.record(z.string(), z.unknown()) })
    .parse(parse(readFileSync("Pulumi.homelab.yaml", "utf8")));
  const values = Object.fromEntries(
    Object.entries(stack.config).map(([key, v]) => [key.replace("cnpg-rgw:", ""), v]),
  );

  it("lacks just what is each host's own: its key, and the private key to log in", () => {
    const message = refusal(values);
    assert.match(message, /has 2 problems/);
    assert.match(message, /cephHost\.hostKey is missing/);
    assert.match(message, /cephHostPrivateKey is missing/);
  });
});
