import { X509Certificate, createPrivateKey, createPublicKey, hash, hkdfSync, sign } from "node:crypto";

import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
} from "@peculiar/asn1-x509";

/** One end of the connection between operator and plugin. */
export interface Role {
  /** Common name and DNS name in the certificate. */
  dnsName: string;
  usage: "server" | "client";
}

export interface ValidityPeriod {
  notBefore: Date;
  notAfter: Date;
}

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  certificate: string;
  privateKey: string;
}

/**
 * A self-signed certificate as a pure function: the key is derived from the seed, and an Ed25519 signature has no
 * random part. So the certificate need not be kept anywhere, and is the same each time that a program asks for it.
 */
export function selfSigned(seed: string, role: Role, validity: ValidityPeriod): KeyPair {
  const purpose = `${role.usage} ${role.dnsName} ${validity.notBefore.toISOString()} ${validity.notAfter.toISOString()}`;
  const derive = (what: string, length: number) =>
    Buffer.from(hkdfSync("sha256", seed, "", `cnpg-rgw ${what} ${purpose}`, length));

  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, derive("key", 32)]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = AsnConvert.parse(
    createPublicKey(key).export({ format: "der", type: "spki" }),
    SubjectPublicKeyInfo,
  );
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(derive("serial number", 16)),
    signature: ed25519,
    issuer: commonName(role.dnsName),
    subject: commonName(role.dnsName),
    validity: new Validity(validity),
    subjectPublicKeyInfo: publicKey,
    extensions: extensions(role, publicKey),
  });
  const signed = new Certificate({
    tbsCertificate,
    signatureAlgorithm: ed25519,
    signatureValue: bytes(sign(null, Buffer.from(AsnConvert.serialize(tbsCertificate)), key)),
  });
  return {
    certificate: new X509Certificate(Buffer.from(AsnConvert.serialize(signed))).toString(),
    privateKey: key.export({ format: "pem", type: "pkcs8" }).toString(),
  };
}

const ed25519 = new AlgorithmIdentifier({ algorithm: "1.3.101.112" });

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** Positive and of full length, as RFC 5280 demands of a serial number in DER. */
function serialNumber(random: Buffer): ArrayBuffer {
  random.writeUInt8((random.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes(random);
}

function commonName(value: string): Name {
  const attribute = new AttributeTypeAndValue({
    type: "2.5.4.3",
    value: new AttributeValue({ utf8String: value }),
  });
  return new Name([new RelativeDistinguishedName([attribute])]);
}

function extensions({ dnsName, usage }: Role, { subjectPublicKey }: SubjectPublicKeyInfo): Extensions {
  // Tells certificates of one name apart where several are trusted. RFC 7093, section 2, method 1.
  const keyId = hash("sha256", Buffer.from(subjectPublicKey), "buffer").subarray(0, 20);
  const extension = (extnID: string, critical: boolean, value: unknown) =>
    new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
  return new Extensions([
    extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(bytes(keyId))),
    extension(
      id_ce_authorityKeyIdentifier,
      false,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(bytes(keyId)) }),
    ),
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.digitalSignature)),
    extension(
      id_ce_extKeyUsage,
      false,
      new ExtendedKeyUsage([usage === "server" ? id_kp_serverAuth : id_kp_clientAuth]),
    ),
    extension(
      id_ce_subjectAltName,
      false,
      new SubjectAlternativeName([new GeneralName({ dNSName: dnsName })]),
    ),
  ]);
}

const bytes = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;
