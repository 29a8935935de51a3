import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parse } from "yaml";
import { withKeys } from "../../../../lab/workstation/stack.ts";

describe("keys added to a stack's config", () => {
  const text = `encryptionsalt: v1:abc
config:
  # mine
  cnpg-rgw:path: /lab
  cnpg-rgw:cephHostPrivateKey:
    secure: v1:xyz
`;

  it("leave all else as it is, comments included", () => {
    const added = withKeys(text, { "cnpg-rgw:barmanPlugin": { image: "localhost/x:1" } });
    assert.ok(added.startsWith(text));
    const { config } = parse(added) as { config: Record<string, unknown> };
    assert.deepEqual(config["cnpg-rgw:barmanPlugin"], { image: "localhost/x:1" });
    assert.deepEqual(config["cnpg-rgw:cephHostPrivateKey"], { secure: "v1:xyz" });
  });
});
