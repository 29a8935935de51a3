import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { misspelledNamespaces } from "../../../config/namespace.ts";
import { parseConfig } from "../../../config.ts";
import { anyS3 } from "./fixtures.ts";

describe("a key in a namespace that is almost ours", () => {
  for (const namespace of ["cnpg-rwg", "cnpg_rgw", "CNPG-RGW", "cnpgrgw", "cnpg-rg"]) {
    it(`is refused: ${namespace}`, () => {
      const [problem, ...more] = misspelledNamespaces([`${namespace}:bucket`]);
      assert.deepEqual(more, []);
      assert.match(problem?.message ?? "", /did you mean cnpg-rgw:bucket\?$/);
      assert.equal(
        problem?.fix,
        `pulumi config rm ${namespace}:bucket && pulumi config set cnpg-rgw:bucket cnpg-backups`,
      );
    });
  }

  it("is left alone if it is another project's or a provider's", () => {
    const keys = ["cnpg-rgw:bucket", "kubernetes:context", "aws:region", "cnpg:x", "rgw:y", "my-cnpg-rgw:z"];
    assert.deepEqual(misspelledNamespaces(keys), []);
  });

  it("is one of the problems of the config, and asks for a secret unseen", () => {
    const others = ["cnpg-rwg:secretAccessKey"];
    assert.throws(
      () => parseConfig({ stack: "lab", values: { ...anyS3, bucket: "B" }, encrypted: new Set(), others }),
      (error: Error) =>
        /has \d problems/.test(error.message) &&
        error.message.includes("&& pulumi config set --secret cnpg-rgw:secretAccessKey\n".trim()) &&
        error.message.includes("cnpg-rgw:bucket "),
    );
  });
});
