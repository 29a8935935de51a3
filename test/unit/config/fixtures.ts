import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

import * as pulumi from "@pulumi/pulumi";

import { type StackConfig, parseConfig } from "../../../config.ts";

export const secrets = ["cephHostPrivateKey", "accessKeyId", "secretAccessKey"];

/** A value as the engine hands it over. */
const raw = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export function parsed(values: Record<string, unknown>, encrypted = secrets): StackConfig {
  const rawValues = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, raw(value)]));
  return parseConfig({ stack: "lab", values: rawValues, encrypted: new Set(encrypted) });
}

export function refusal(values: Record<string, unknown>, encrypted = secrets): string {
  try {
    parsed(values, encrypted);
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError);
    return error.message;
  }
  assert.fail("the config was accepted");
}

export const keys = { accessKeyId: "AK", secretAccessKey: "a-long-secret-key" };
export const anyS3 = { endpoint: "https://s3.example.org", ...keys };
export const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----";
export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2QYbjEjR7/MV27b+hCDAmtUzsmRx2ve0lAbVDo8d9p";
export const cephHost = { address: "10.0.0.10", user: "ceph-admin", hostKey };
export const ceph = { endpoint: "http://10.0.0.10:7480", cephHost, cephHostPrivateKey: privateKey };

/** A certificate in PEM format, as for a CA of one's own. */
export function certificate(): string {
  const args = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=lab"];
  return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
