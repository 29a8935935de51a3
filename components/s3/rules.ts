import { X509Certificate } from "node:crypto";

import { shown } from "../pulumi/arguments.ts";

export function endpointRule(endpoint: string): string | undefined {
  const allowed = `must be a URL like "http://10.0.0.10:7480": http or https, a host, and a port if needed`;
  const url = URL.parse(endpoint);
  // Not shown: something that is no endpoint may well be a key, pasted to the wrong place.
  if (url === null || !/^https?:\/\/[^\s\\]+$/.test(endpoint)) return allowed;
  if (url.username !== "" || url.password !== "") return `${allowed}; no credentials in it`;
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "" || /[?#]$/.test(endpoint)) {
    return `${allowed}; nothing after it, not ${shown(endpoint)}`;
  }
  const host = /^https?:\/\/([^/:]+)/.exec(endpoint)?.[1]?.toLowerCase() ?? "";
  // URLs take letters of other alphabets and numbers of other bases for a host that nobody sees written there.
  if (host !== url.hostname && !host.startsWith("[")) {
    return `${allowed}; not ${shown(endpoint)}, whose host is read as ${shown(url.hostname)}`;
  }
  const isName = /^([A-Za-z0-9_][\w.-]{0,252}|\[[\da-f:.]+\])$/.test(url.hostname);
  return isName ? undefined : `${allowed}, not ${shown(endpoint)}`;
}

/** The region is part of the signature, and of the host name that S3 clients think of when not told otherwise. */
export function regionRule(region: string | undefined): string | undefined {
  if (region === undefined || /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(region)) return undefined;
  return `must be a label of letters, digits and inner hyphens, not ${shown(region)}`;
}

export function caBundleRule(caBundle: string | undefined): string | undefined {
  if (caBundle === undefined) return undefined;
  if (caBundle.includes("PRIVATE KEY-----"))
    return "must hold certificates only; take the private key out of it";
  const [, ...blocks] = caBundle.split("-----BEGIN CERTIFICATE-----");
  if (blocks.length === 0)
    return "must be one or more certificates in PEM format (-----BEGIN CERTIFICATE-----…)";
  const broken = blocks.findIndex((block) => !isCertificate(`-----BEGIN CERTIFICATE-----${block}`));
  return broken === -1 ? undefined : `has a certificate that cannot be read, number ${broken + 1}`;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** Never shows it. */
export function keyRule(key: string): string | undefined {
  return key === "" ? "must not be empty" : undefined;
}

/**
 * The rules of S3 for bucket names, https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
 * RGW takes no hyphen beside a dot either; names that Amazon keeps to itself are free elsewhere.
 */
export function bucketRule(bucket: string): string | undefined {
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !/\.[.-]|-\./.test(bucket);
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(bucket);
  if (isName && !isAddress) return undefined;
  return (
    "must be a bucket name: 3 to 63 lower-case letters, digits, hyphens and dots, a letter or digit at both ends and " +
    `beside each dot, and not an IP address; not ${shown(bucket)}`
  );
}

export function pathRule(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.some((part) => part === "." || part === "..") || !path.isWellFormed() || /\p{Cc}/u.test(path)) {
    return `must be a prefix for object names, without control characters and . or .. parts, not ${shown(path)}`;
  }
  return Buffer.byteLength(path) <= 512 ? undefined : `must be at most 512 bytes long: ${shown(path)}`;
}
