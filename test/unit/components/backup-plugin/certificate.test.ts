import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { describe, it } from "mocha";

import fc from "fast-check";

import {
  type Role,
  type ValidityPeriod,
  selfSigned,
} from "../../../../components/backup-plugin/certificate.ts";

const server: Role = { dnsName: "barman-cloud", usage: "server" };
const years: ValidityPeriod = {
  notBefore: new Date("2026-01-01T00:00:00Z"),
  notAfter: new Date("2036-01-01T00:00:00Z"),
};

const role = fc.record({
  dnsName: fc.constantFrom("barman-cloud", "barman-cloud-client"),
  usage: fc.constantFrom("server" as const, "client" as const),
});
const validity = fc
  .tuple(fc.integer({ min: 0, max: 200 * 365 }), fc.integer({ min: 1, max: 100 * 365 }))
  .map(([start, days]) => ({
    notBefore: new Date(start * 86_400_000),
    notAfter: new Date((start + days) * 86_400_000),
  }));

describe("selfSigned", () => {
  it("is a certificate for one end of a TLS connection, and for nothing else", () => {
    const { certificate, privateKey } = selfSigned("seed", server, years);
    const x509 = new X509Certificate(certificate);
    assert.equal(x509.subject, "CN=barman-cloud");
    assert.equal(x509.issuer, x509.subject);
    assert.equal(x509.subjectAltName, "DNS:barman-cloud");
    assert.equal(x509.ca, false);
    assert.deepEqual(x509.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(x509.publicKey.asymmetricKeyType, "ed25519");
    assert.match(privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
    const client = selfSigned("seed", { dnsName: "barman-cloud-client", usage: "client" }, years);
    assert.deepEqual(new X509Certificate(client.certificate).keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  });

  it("is signed with its own key and valid for just the period, on either side of the year 2050", () => {
    fc.assert(
      fc.property(fc.string(), role, validity, (seed, of, period) => {
        const { certificate, privateKey } = selfSigned(seed, of, period);
        const x509 = new X509Certificate(certificate);
        assert.ok(x509.verify(x509.publicKey));
        assert.ok(x509.checkPrivateKey(createPrivateKey(privateKey)));
        assert.equal(x509.checkHost(of.dnsName), of.dnsName);
        assert.equal(x509.validFromDate.getTime(), period.notBefore.getTime());
        assert.equal(x509.validToDate.getTime(), period.notAfter.getTime());
        assert.match(x509.serialNumber, /^[4-7][0-9A-F]{31}$/);
      }),
    );
  });

  it("is the same for the same input, and shares no key and no serial number with any other", () => {
    const input = fc.tuple(fc.string(), role, validity);
    fc.assert(
      fc.property(input, input, (a, b) => {
        assert.deepEqual(selfSigned(...a), selfSigned(...a));
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        assert.notEqual(selfSigned(...a).privateKey, selfSigned(...b).privateKey);
        assert.notEqual(
          new X509Certificate(selfSigned(...a).certificate).serialNumber,
          new X509Certificate(selfSigned(...b).certificate).serialNumber,
        );
      }),
    );
  });
});
