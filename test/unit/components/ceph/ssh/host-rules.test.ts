import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "mocha";

import {
  addressRule,
  hostKeyRule,
  portRule,
  privateKeyRule,
  sshUserRule,
} from "../../../../../components/ceph/ssh/host-rules.ts";

const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1hP1h7cXUq4oqf2bJ3vDgO1mR1n0mZ6Ck0yqS3yX9B";

describe("hostKeyRule", () => {
  it("accepts a public key, with and without a comment", () => {
    assert.equal(hostKeyRule(ed25519), undefined);
    assert.equal(hostKeyRule(`${ed25519} root@pve\n`), undefined);
  });

  const mistakes: [string, string, RegExp][] = [
    ["a line of known_hosts", `10.0.0.10 ${ed25519}`, /all after the address/],
    ["a fingerprint", "SHA256:Zr0TXyvG5S9uH3FrqZ0cQK7rN0hyKpQn", /ssh-keyscan/],
    ["nothing", "", /ssh-keyscan/],
    ["a key that is cut off", ed25519.slice(0, 40), /cut off or damaged/],
    ["a type that is not that of the key", ed25519.replace("ssh-ed25519", "ecdsa-sha2-nistp256"), /damaged/],
    ["an RSA key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ", /SHA-1 RSA/],
    ["several keys", `${ed25519}\n${ed25519}`, /one public key/],
  ];
  for (const [what, value, message] of mistakes) {
    it(`refuses ${what}`, () => {
      assert.match(hostKeyRule(value) ?? "", message);
    });
  }
});

describe("privateKeyRule", () => {
  const pem = (passphrase?: string): string =>
    generateKeyPairSync("ed25519")
      .privateKey.export(
        passphrase === undefined
          ? { type: "pkcs8", format: "pem" }
          : { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase },
      )
      .toString();
  const openssh = (cipher: string): string => {
    const field = (text: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const body = Buffer.concat([Buffer.from("openssh-key-v1\0"), field(cipher), field("none")]);
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
  };

  it("accepts keys without a passphrase", () => {
    assert.equal(privateKeyRule(pem()), undefined);
    assert.equal(privateKeyRule(openssh("none")), undefined);
  });

  it("refuses keys with a passphrase, which nobody could type", () => {
    assert.match(privateKeyRule(pem("x")) ?? "", /passphrase/);
    assert.match(privateKeyRule(openssh("aes256-ctr")) ?? "", /passphrase/);
  });

  it("refuses what is no key, and never shows it", () => {
    for (const value of ["", "~/.ssh/id_ed25519", ed25519, pem().slice(0, 60)]) {
      const problem = privateKeyRule(value) ?? "";
      assert.match(problem, /whole private key/);
      assert.ok(value === "" || !problem.includes(value));
    }
  });
});

describe("addressRule, portRule and sshUserRule", () => {
  it("accept names, addresses and ports", () => {
    for (const address of ["10.0.0.10", "fd00::10", "pve.home.arpa"])
      assert.equal(addressRule(address), undefined);
    for (const port of [undefined, 1, 22, 65535]) assert.equal(portRule(port), undefined);
    for (const user of ["root", "ceph-admin", "me@home.arpa", "HOME\\me", "machine$", "_apt"])
      assert.equal(sshUserRule(user), undefined);
  });

  it("refuse what cannot be one", () => {
    for (const address of ["", "http://10.0.0.10", "root@pve", "a b", "-oProxyCommand=id"]) {
      assert.ok(addressRule(address));
    }
    for (const user of ["", " ", "-l", "a b", "a\nb", "a\0", "rооt", "$(id)", "x".repeat(256)])
      assert.ok(sshUserRule(user), user);
    for (const port of [0, 65536, 22.5, NaN]) assert.ok(portRule(port));
  });
});
