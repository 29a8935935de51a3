import type { KeyObject } from "node:crypto";

/** A part as SSH writes it (RFC 4251, section 5): its length, and its bytes. */
function field(part: string | Buffer): Buffer {
  const bytes = Buffer.from(part);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An ed25519 private key in OpenSSH's own format (PROTOCOL.key of its source), without a passphrase. */
export function opensshEd25519(key: KeyObject): string {
  const { d = "", x = "" } = key.export({ format: "jwk" });
  const [seed, point] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
  const publicKey = Buffer.concat([field("ssh-ed25519"), field(point)]);
  // Two equal numbers, by which a reader sees that it has decrypted rightly; then the key, and a comment.
  const content = [Buffer.alloc(8), publicKey, field(Buffer.concat([seed, point])), field("")];
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, -Buffer.concat(content).length & 7);
  const blob = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(field), // cipher, key derivation and its options
    Buffer.from([0, 0, 0, 1]), // one key
    field(publicKey),
    field(Buffer.concat([...content, padding])),
  ]);
  const lines = blob.toString("base64").replace(/.{70}/g, "$&\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
