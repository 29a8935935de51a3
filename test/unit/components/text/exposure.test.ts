import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { type Exposure, exposureOf } from "../../../../components/text/exposure.ts";

describe("exposureOf", () => {
  const rows: [string, string[], Exposure | undefined][] = [
    ["http://127.0.0.1:9000", [], "host"],
    ["http://127.8.8.8", [], "host"],
    ["http://[::1]:9000", [], "host"],
    ["http://localhost:9000", ["127.0.0.1", "::1"], "host"],
    ["http://10.0.0.10:7480", [], "network"],
    ["http://172.31.0.1", [], "network"],
    ["http://192.168.1.5", [], "network"],
    ["http://169.254.1.1", [], "network"],
    ["http://100.100.1.1", [], "network"],
    ["http://[fd00::1]:7480", [], "network"],
    ["http://[fe80::1]", [], "network"],
    ["http://[::ffff:10.0.0.10]", [], "network"],
    ["http://s3.home.example.org", ["192.168.1.5"], "network"],
    ["http://172.32.0.1", [], "internet"],
    ["http://203.0.113.5:7480", [], "internet"],
    ["http://[2001:db8::1]", [], "internet"],
    ["http://[::ffff:203.0.113.5]", [], "internet"],
    ["http://s3.example.org", ["203.0.113.5"], "internet"],
    // One way of two is enough.
    ["http://s3.example.org", ["10.0.0.10", "2001:db8::1"], "internet"],
    ["https://203.0.113.5", [], undefined],
    ["https://s3.example.org", ["203.0.113.5"], undefined],
    ["http://nowhere.invalid", [], undefined],
    ["no URL", [], undefined],
  ];
  for (const [url, addresses, expected] of rows) {
    it(`${url} ${addresses.join(" ")}: ${expected ?? "nothing to say"}`, async () => {
      const resolve = () => Promise.resolve(addresses.map((address) => ({ address })));
      assert.equal(await exposureOf(url, resolve), expected);
    });
  }

  it("has nothing to say of a name that does not resolve, and waits 3 s at most", async () => {
    const refused = () => Promise.reject(new Error("ENOTFOUND"));
    assert.equal(await exposureOf("http://nowhere.invalid", refused), undefined);
    const silent = () => new Promise<never>(() => undefined);
    const hold = setInterval(() => undefined, 1_000);
    assert.equal(await exposureOf("http://nowhere.invalid", silent), undefined);
    clearInterval(hold);
  }).timeout(10_000);
});
