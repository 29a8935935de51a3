import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { bootId } from "../../host/process.ts";
import { sysctlsFile } from "../paths.ts";

/**
 * What kubelet sets at each start, for the whole machine (those below net/ belong to the host's namespace and go
 * with it). A homelab's owner would not want a panic to reboot the machine because a lab ran on it once.
 */
const names = [
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxbytes",
  "kernel/keys/root_maxkeys",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
] as const;

const pathOf = (name: string): string => `/proc/sys/${name}`;
const savedSchema = z.object({ bootId: z.string(), values: z.record(z.string(), z.string()) });

function readSaved(): z.infer<typeof savedSchema> | undefined {
  try {
    const saved = savedSchema.parse(JSON.parse(readFileSync(sysctlsFile, "utf8")));
    // A reboot has restored them already, to what may be a new choice of the owner's.
    return saved.bootId === bootId() ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Before kubelet starts. Values saved before a crash are older, and the right ones. */
export function saveSysctls(): void {
  if (readSaved() !== undefined) return;
  const existing = names.filter((name) => existsSync(pathOf(name)));
  const values = Object.fromEntries(
    existing.map((name) => [name, readFileSync(pathOf(name), "utf8").trim()]),
  );
  mkdirSync(dirname(sysctlsFile), { recursive: true });
  writeFileSync(`${sysctlsFile}.new`, JSON.stringify({ bootId: bootId(), values }));
  renameSync(`${sysctlsFile}.new`, sysctlsFile);
}

export function restoreSysctls(): void {
  for (const [name, value] of Object.entries(readSaved()?.values ?? {})) {
    if (readFileSync(pathOf(name), "utf8").trim() !== value) writeFileSync(pathOf(name), value);
  }
  rmSync(sysctlsFile, { force: true });
}
