import { shown } from "../../pulumi/arguments.ts";

export function addressRule(address: string): string | undefined {
  if (/^[A-Za-z0-9.:][A-Za-z0-9._:-]{0,252}$/.test(address)) return undefined;
  return `must be a host name or an IP address, not ${shown(address)}`;
}

export function portRule(port: number | undefined): string | undefined {
  if (port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65535)) return undefined;
  return `must be a TCP port, 1 to 65535, not ${port}`;
}

/** What useradd allows, and what directories add to it: `user@domain`, `DOMAIN\user`. */
export function sshUserRule(user: string): string | undefined {
  if (/^[A-Za-z0-9_][\w.@\\+$-]{0,254}$/.test(user)) return undefined;
  return `must be the SSH login name: letters, digits and _.@+-, with no leading -, not ${shown(user)}`;
}

const acceptedHostKeys = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];

export function hostKeyRule(hostKey: string): string | undefined {
  const howTo =
    "run `ssh-keyscan -t ed25519 ADDRESS`, take all after the address, and compare it with the key on the host";
  const [type = "", base64 = ""] = hostKey.trim().split(/\s+/);
  if (hostKey.trim().includes("\n")) return `must be one public key, not several lines; ${howTo}`;
  if (type === "ssh-rsa")
    return `must be an ed25519 or ecdsa key, since SSH servers refuse SHA-1 RSA; ${howTo}`;
  if (!acceptedHostKeys.includes(type)) {
    return `must be "<type> <base64>" with one of the types ${acceptedHostKeys.join(", ")}, not ${shown(hostKey)}; ${howTo}`;
  }
  if (keyTypeInside(base64) !== type) return `is cut off or damaged: ${shown(hostKey)}; ${howTo}`;
  return undefined;
}

/** The type that a whole SSH public key names itself: fields of a length and that many bytes (RFC 4253, section 6.6). */
function keyTypeInside(base64: string): string | undefined {
  const blob = Buffer.from(base64, "base64");
  if (blob.toString("base64") !== base64) return undefined;
  const fields: string[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at);
    fields.push(blob.toString("latin1", at + 4, end));
    at = end;
  }
  return at === blob.length && fields.length > 1 ? fields[0] : undefined;
}

export function privateKeyRule(privateKey: string): string | undefined {
  const howTo = "make one with `ssh-keygen -t ed25519 -N '' -f FILE`, and set the content of FILE";
  if (privateKey.length > 65_536) return `must be one private key, and is too long for one; ${howTo}`;
  const block = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----([\s\S]+)-----END \1-----/.exec(privateKey);
  if (block === null) return `must be a whole private key in OpenSSH or PEM format; ${howTo}`;
  const [, label = "", body = ""] = block;
  if (label.includes("ENCRYPTED") || body.includes("ENCRYPTED") || opensshCipher(label, body) !== "none") {
    return `is protected by a passphrase, which the program cannot enter; ${howTo}`;
  }
  return undefined;
}

/** The cipher of a key in OpenSSH's format (PROTOCOL.key: a magic string, then the name of the cipher). */
function opensshCipher(label: string, body: string): string {
  if (label !== "OPENSSH PRIVATE KEY") return "none";
  const magic = "openssh-key-v1\0";
  const blob = Buffer.from(body, "base64");
  if (!blob.toString("latin1").startsWith(magic) || blob.length < magic.length + 4) return "none";
  const length = blob.readUInt32BE(magic.length);
  return blob.toString("latin1", magic.length + 4, magic.length + 4 + length);
}
