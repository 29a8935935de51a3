import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "mocha";

import fc from "fast-check";

import { type KeyPath, keyName, keyWord } from "../../../config/paths.ts";
import { hostileText } from "../../support/hostile.ts";

/** The words that a shell reads in each line. */
function words(lines: string[]): string[][] {
  const input = lines.map((line) => `set -- ${line}\nprintf '%s\\0' "$@" ''\n`).join("");
  const { status, stdout, stderr } = spawnSync("sh", [], { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  assert.equal(status, 0, stderr.slice(0, 500));
  return stdout.split("\0\0").map((part) => part.split("\0"));
}

/** How Pulumi takes a path apart (`ParsePropertyPath` of its Go SDK), for the paths that are well-formed. */
function parsed(path: string): KeyPath {
  const token = /\.?([^.[]+)|\[(\d+)\]|\["((?:\\"|[^"])*)"\]/gy;
  return Array.from(path.matchAll(token), ([, bare, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return bare ?? quoted?.replaceAll('\\"', '"') ?? "";
  });
}

const name = fc.oneof(
  hostileText,
  fc.constantFrom("uid", "a.b", "[0]", 'say "x"', "\\", 'a\\"', "a:b", "-x"),
);
const path = fc.oneof(
  name.map((key) => [key]),
  fc.tuple(fc.constantFrom("operator", "rgwUser"), name),
  fc.tuple(fc.constantFrom("operator"), name, fc.nat(20), name),
);

describe("keyWord", () => {
  it("is one word to a shell, and to Pulumi the key that was meant, whatever the key", () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 2_500, maxLength: 2_500 }), (paths) => {
        const named = paths.filter((one) => keyWord(one) !== undefined);
        assert.ok(named.length > 500, "hardly any key can be named");
        const read = words(named.map((one) => keyWord(one) ?? ""));
        for (const [i, one] of named.entries()) {
          assert.equal(read[i]?.length, 1);
          const text = read[i][0]?.replace(/^cnpg-rgw:/, "") ?? "";
          assert.deepEqual(one.length === 1 ? [text] : parsed(text), one);
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it("is never anything that a terminal would act on, or a line that goes on without end", () => {
    fc.assert(
      fc.property(path, (one) => {
        assert.match(keyWord(one) ?? "", /^[^\p{C}\u2028\u2029]{0,300}$/u);
        assert.match(keyName(one), /^cnpg-rgw:[ -~…]*$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
