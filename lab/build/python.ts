import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { run } from "../host/run.ts";

/** The name of a file in the folder that {@link downloadWheels} fills: what pip installs from there. */
export const requirementsFile = "requirements.txt";

/** The entries of a pip requirements file with hashes, by package. */
function entriesOf(requirements: string): Map<string, string> {
  const entries = requirements.split(/\n(?=[A-Za-z])/).filter((entry) => entry.includes("=="));
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf("==")), entry]));
}

/** What a requirements file with hashes says of some of its packages. */
export function requirementsOf(requirements: string, packages: readonly string[]): string {
  const entries = entriesOf(requirements);
  const missing = packages.filter((name) => !entries.has(name));
  if (missing.length > 0) throw new LabError(`the requirements file does not name ${missing.join(", ")}`);
  return packages.map((name) => entries.get(name)).join("\n");
}

const architectures: Partial<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** pip takes these as they are, and does not know that a wheel for an older libc runs with a newer one. */
function platforms(): string[] {
  const architecture = architectures[process.arch] ?? process.arch;
  return ["manylinux_2_28", "manylinux_2_17", "manylinux2014"].map((abi) => `${abi}_${architecture}`);
}

/**
 * Downloads the wheels that a requirements file with hashes names, for a Python other than the machine's own. The
 * machine's pip does it, since it knows how to reach an index; installing them later needs no network.
 * @param python e.g. "3.13"
 */
export async function downloadWheels(
  requirements: string,
  python: string,
  into: string,
  log: string,
): Promise<void> {
  mkdirSync(into);
  const file = join(into, requirementsFile);
  writeFileSync(file, requirements);
  await run(
    [
      ...["pip3", "download", "--no-deps", "--require-hashes", "--only-binary=:all:"],
      ...["--implementation=cp", `--python-version=${python}`],
      ...platforms().map((platform) => `--platform=${platform}`),
      ...[`--dest=${into}`, `--requirement=${file}`],
    ],
    { log, timeoutMs: 600_000, outlives: true },
  );
}
