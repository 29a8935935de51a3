import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { crc32c } from "../../../../../components/archive/unpack/crc32c.ts";

describe("crc32c", () => {
  it("is that of the published examples (RFC 3720, B.4)", () => {
    assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
    assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e);
  });

  it("goes on from what came before, and takes a part", () => {
    const text = Buffer.from("-123456789-");
    assert.equal(crc32c(text, 1, 10), 0xe3069283);
    assert.equal(crc32c(text, 5, 10, crc32c(text, 1, 5)), 0xe3069283);
  });
});
