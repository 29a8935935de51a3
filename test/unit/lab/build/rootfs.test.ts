import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { mirrorsOf, transportOptions } from "../../../../lab/build/rootfs.ts";

const printed = (...lines: [uri: string, suite: string][]): string =>
  lines.map(([uri, suite]) => `'${uri}/dists/${suite}/InRelease' some_file 0 `).join("\n");

describe("mirrors of this machine", () => {
  it("are those of its own release, whatever else apt knows", () => {
    const uris = printed(
      ["https://other.example/apt", "nodistro"],
      ["http://mirror.example/debian", "bookworm"],
      ["http://mirror.example/debian", "bookworm-updates"],
      ["http://mirror.example/security", "bookworm-security"],
    );
    assert.deepEqual(mirrorsOf(uris, "bookworm"), {
      main: "http://mirror.example/debian",
      security: "http://mirror.example/security",
    });
  });

  it("may lack security updates", () => {
    const { security } = mirrorsOf(printed(["http://mirror.example/debian", "bookworm"]), "bookworm");
    assert.equal(security, undefined);
  });

  it("are asked for when there is none", () => {
    assert.throws(
      () => mirrorsOf(printed(["http://m.example", "sid"]), "bookworm"),
      /no source for Debian bookworm/,
    );
  });
});

describe("settings of apt's transport", () => {
  it("keep the proxy, and nothing that is not about the transport or is empty", () => {
    const dump = [
      'Acquire "";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CaInfo "/etc/ca.pem";',
      'Acquire::Languages "none";',
      'DPkg::Post-Invoke:: "rm -rf x";',
    ].join("\n");
    assert.deepEqual(transportOptions(dump), [
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CaInfo "/etc/ca.pem";',
    ]);
  });
});
