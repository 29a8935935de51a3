import { tmpdir } from "node:os";

import { execa } from "execa";
import { z } from "zod";

/** A release of a Go module, with the checksum that go.sum would hold. */
export interface PinnedModule {
  readonly path: string;
  readonly version: string;
  readonly sum: string;
}

const printedSchema = z.object({ Dir: z.string(), Sum: z.string() });

/** The folder of a module's sources, downloaded on first use; its checksum is compared each time. */
export async function pinnedModuleDir({ path, version, sum }: PinnedModule): Promise<string> {
  const { stdout } = await execa("go", ["mod", "download", "-json", `${path}@${version}`], {
    // Outside of any Go module: none of the caller's go.mod files is to have a say.
    cwd: tmpdir(),
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly", GOWORK: "off" },
    timeout: 300_000,
  });
  const { Dir, Sum } = printedSchema.parse(JSON.parse(stdout));
  if (Sum !== sum)
    throw new Error(`${path} ${version} is not what it was: its checksum is ${Sum}, not ${sum}`);
  return Dir;
}
