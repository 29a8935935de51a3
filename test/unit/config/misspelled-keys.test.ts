import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { misspelledKeys } from "../../../config/misspelled-keys.ts";
import { parseConfig } from "../../../config.ts";
import { anyS3 } from "./fixtures.ts";

describe("a key in a namespace that is almost ours", () => {
  for (const namespace of ["cnpg-rwg", "cnpg_rgw", "CNPG-RGW", "cnpgrgw", "cnpg-rg"]) {
    it(`is refused: ${namespace}`, () => {
      const [problem, ...more] = misspelledKeys([`${namespace}:bucket`]);
      assert.deepEqual(more, []);
      assert.match(problem?.message ?? "", /Did you mean cnpg-rgw:bucket\?$/);
      assert.equal(
        problem?.fix,
        `pulumi config rm ${namespace}:bucket && pulumi config set cnpg-rgw:bucket cnpg-backups`,
      );
    });
  }

  const byHand = "edit the key in the stack's config file, Pulumi.<stack>.yaml";
  const hostile: [key: string, shown: string, fix: string][] = [
    ["cnpg-rg:x; touch y \u001b[2J", "cnpg-rg:x; touch y \\u001b[2J", byHand],
    ["cnpg-rg:x; touch y", "cnpg-rg:x; touch y", "pulumi config rm 'cnpg-rg:x; touch y' && "],
    ["cnpg-rg:$(reboot)'", "cnpg-rg:$(reboot)'", "pulumi config rm 'cnpg-rg:$(reboot)'\\''' && "],
    ["cnpg-rg:a\nb", "cnpg-rg:a\\nb", byHand],
    ["cnpg-rg:a:b", "cnpg-rg:a:b", byHand],
    ["-cnpg-rgw:bucket", "-cnpg-rgw:bucket", byHand],
    ["\u0441npg-rgw:bucket", "\\u0441npg-rgw:bucket", "pulumi config rm '\u0441npg-rgw:bucket' && "],
    ["cnpg-rgw\u200b:bucket", "cnpg-rgw\\u200b:bucket", byHand],
    [`cnpg-rg:${"k".repeat(100_000)}`, `cnpg-rg:${"k".repeat(60)}…`, byHand],
  ];
  for (const [key, shown, fix] of hostile) {
    it(`cannot harm the terminal or the shell: ${shown}`, () => {
      const [problem] = misspelledKeys([key]);
      assert.ok(problem);
      assert.ok(problem.message.startsWith(`${shown} is in a namespace that nothing reads`), problem.message);
      assert.ok(problem.fix.startsWith(fix), problem.fix);
      assert.match(problem.message + problem.fix.replaceAll("\u0441", ""), /^[ -~…]*$/);
    });
  }

  it("is left alone if it is another project's or a provider's", () => {
    const keys = ["cnpg-rgw:bucket", "kubernetes:context", "aws:region", "cnpg:x", "rgw:y", "my-cnpg-rgw:z"];
    assert.deepEqual(misspelledKeys(keys), []);
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
