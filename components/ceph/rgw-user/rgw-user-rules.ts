import { shown } from "../../pulumi/arguments.ts";

// Measured against radosgw-admin 18.2.7. Of a uid it refuses, and so do these rules: none, one without a user behind the
// last $, and a tenant (before the first $) of other characters than letters, digits and _. Of any text, NUL and half
// surrogate pairs, which no argument can carry, and what is too long. Everything else comes back as it was given.

// The user is one RADOS object, its list of buckets another one: "<uid>.buckets" must fit osd_max_object_name_len.
// A user with a longer uid can be made, and not be removed again.
const longestUid = 2048 - ".buckets".length;

// Linux passes no longer argument to a command (MAX_ARG_STRLEN).
const longestDisplayName = 128 * 1024 - "--display-name=".length - 1;

export function uidRule(uid: string): string | undefined {
  if (uid === "") return "must not be empty";
  if (uid.endsWith("$")) return `must have a user after the tenant, as in "tenant$user", not ${shown(uid)}`;
  const tenant = uid.includes("$") ? uid.slice(0, uid.indexOf("$")) : "";
  if (!/^\w*$/.test(tenant))
    return `must have a tenant of letters, digits and _ (before the $), not ${shown(uid)}`;
  const canonical = canonicalUid(uid);
  if (canonical !== uid) return `must be ${shown(canonical)}, as RGW itself writes it, not ${shown(uid)}`;
  return textRule(uid, longestUid);
}

/** Ceph reads a subuser as what comes after the first colon of `uid:subuser` (`RGWSubUser::decode_json`). */
export function readOnlyUidRule(uid: string): string | undefined {
  if (uid.includes(":"))
    return `must have no colon, behind which Ceph looks for a subuser, not ${shown(uid)}`;
  return uidRule(uid);
}

/** How RGW writes a uid, `tenant$namespace$user`: it leaves an empty tenant and an empty namespace out. */
function canonicalUid(uid: string): string {
  const [, tenant = "", namespace = "", user = ""] = /^(?:([^$]*)\$)?(?:([^$]*)\$)?([^]*)$/.exec(uid) ?? [];
  if (namespace !== "") return `${tenant}$${namespace}$${user}`;
  return tenant === "" ? user : `${tenant}$${user}`;
}

export function displayNameRule(displayName: string | undefined): string | undefined {
  if (displayName === undefined) return undefined;
  return displayName === "" ? "must not be empty" : textRule(displayName, longestDisplayName);
}

function textRule(text: string, longest: number): string | undefined {
  if (text.includes("\0")) return `must not contain a NUL character: ${shown(text)}`;
  if (!text.isWellFormed()) return `must be well-formed Unicode: ${shown(text)}`;
  if (Buffer.byteLength(text) > longest) return `must be at most ${longest} bytes long: ${shown(text)}`;
  return undefined;
}

export function maxBucketsRule(maxBuckets: number | undefined): string | undefined {
  if (
    maxBuckets === undefined ||
    (Number.isInteger(maxBuckets) && maxBuckets >= -1 && maxBuckets < 2 ** 31)
  ) {
    return undefined;
  }
  return `must be a whole number of buckets, 0 for any number or -1 for none, below 2^31, not ${maxBuckets}`;
}

export function quotaRule(limit: number | undefined): string | undefined {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) return undefined;
  return `must be a whole number from 1 to 2^53 - 1, not ${limit}; leave it out for no limit`;
}

/** The id travels in the Authorization header, as `Credential=ID/date/region/s3/aws4_request, …`. Never shows it. */
export function accessKeyIdRule(accessKeyId: string): string | undefined {
  if (/^[!-~]{1,128}$/.test(accessKeyId) && !/[/,]/.test(accessKeyId)) return undefined;
  return "must be 1 to 128 visible ASCII characters other than / and , (S3 requests carry it in a header)";
}

// The shortest keys that stores make themselves have 40 characters; what people choose is often a word.
const shortestSecret = 16;
const fewestCharacters = 5;

/** RGW stores any text, but answers requests signed with a secret outside of ASCII with AccessDenied. Never shows it. */
export function secretAccessKeyRule(secretAccessKey: string): string | undefined {
  if (!/^\p{ASCII}+$/u.test(secretAccessKey) || secretAccessKey.includes("\0"))
    return "must be ASCII characters without NUL";
  if (secretAccessKey.length >= shortestSecret && new Set(secretAccessKey).size >= fewestCharacters)
    return undefined;
  return (
    `must be at least ${shortestSecret} characters, ${fewestCharacters} of them different: anyone who guesses it can ` +
    "read and delete all backups. Make one with `openssl rand -hex 20`, and set a new access key id with it"
  );
}

export function keyRotationRule(keyRotation: string | undefined): string | undefined {
  if (keyRotation === undefined || /^[^\p{C}]{1,100}$/u.test(keyRotation)) return undefined;
  return `must be 1 to 100 characters of plain text, such as "2026-12", not ${shown(keyRotation)}`;
}

export function takeOverFromRule(stack: string | undefined): string | undefined {
  if (stack === undefined || /^[\w.-]+\/[\w.-]+\/[\w.-]+$/.test(stack)) return undefined;
  return `must be a stack as ORGANIZATION/PROJECT/STACK, such as "organization/cnpg-rgw/homelab", not ${shown(stack)}`;
}

/**
 * One command line in the part of the shell's language that needs no shell: words, quotes and backslashes. common.py
 * splits it by Python's shlex, and a shell would read any such line in the same way.
 */
export function commandRule(command: string | undefined): string | undefined {
  if (command === undefined) return undefined;
  const allowed = 'must be one command line, such as "radosgw-admin" or "sudo radosgw-admin"';
  if (command.trim() === "" || command.length > 4096 || /\p{C}/u.test(command))
    return `${allowed}, not ${shown(command)}`;
  if (!/^(?:[^\s'"\\]|[ ]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+$/su.test(command)) {
    return `${allowed}, with each quote closed and plain spaces between words, not ${shown(command)}`;
  }
  if (!/^(?:[^'"\\$`;|&<>()*?[#~]|\\.|'[^']*'|"(?:[^"\\$`]|\\[^$`])*")+$/su.test(command)) {
    return `${allowed}; no shell reads it, so put ; | & < > $ \` ( ) * ? [ # ~ in single quotes, not ${shown(command)}`;
  }
  if (/^\s*\w+=/.test(command)) {
    return `${allowed}; to set a variable write "env NAME=VALUE radosgw-admin", not ${shown(command)}`;
  }
  return undefined;
}

export function onDeleteRule(onDelete: string | undefined): string | undefined {
  if (onDelete === undefined || onDelete === "remove" || onDelete === "keep") return undefined;
  return `must be "remove" or "keep", not ${shown(onDelete)}`;
}

export function otherKeysRule(otherKeys: string | undefined): string | undefined {
  if (otherKeys === undefined || otherKeys === "revoke" || otherKeys === "leave") return undefined;
  return `must be "revoke" or "leave", not ${shown(otherKeys)}`;
}

export function existingKeysRule(existingKeys: string | undefined): string | undefined {
  if (existingKeys === undefined || existingKeys === "refuse" || existingKeys === "revoke") return undefined;
  return `must be "refuse" or "revoke", not ${shown(existingKeys)}`;
}

/** sshd, and firewalls in between, leave a silent connection open at least this long. */
export function afterSecondsRule(afterSeconds: number | undefined): string | undefined {
  if (
    afterSeconds === undefined ||
    (Number.isInteger(afterSeconds) && afterSeconds >= 0 && afterSeconds <= 600)
  ) {
    return undefined;
  }
  return `must be a whole number of seconds, 0 to 600, not ${afterSeconds}`;
}
