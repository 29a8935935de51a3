import { tmpdir } from "node:os";
import { z } from "zod";

import { moduleSums } from "../../components/versions.ts";
import { LabError } from "../errors.ts";
import { run } from "../host/run.ts";
import { versions } from "../layout.ts";

const downloadSchema = z.object({ Dir: z.string(), Sum: z.string() });

/** A release of a module that is no dependency of the build, with the checksum that go.sum would hold. */
export interface PinnedModule {
  readonly path: string;
  /** Without the v of its tag. */
  readonly version: string;
  readonly sum: string;
}

/** The folder of a module's sources, downloaded on first use; its checksum is compared each time. */
export async function pinnedModuleDir(module: PinnedModule): Promise<string> {
  const printed = await run(["go", "mod", "download", "-json", `${module.path}@v${module.version}`], {
    // Outside of any module: what this one needs is no part of the build.
    cwd: tmpdir(),
    env: { GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local", GOWORK: "off" },
    timeoutMs: 300_000,
  });
  const { Dir, Sum } = downloadSchema.parse(JSON.parse(printed));
  if (Sum !== module.sum) {
    throw new LabError(`${module.path} ${module.version} is not what it was: ${Sum}, not ${module.sum}`);
  }
  return Dir;
}

/** Ships its CRDs. */
export const operatorModule: PinnedModule = {
  path: "github.com/cloudnative-pg/cloudnative-pg",
  version: versions.cloudnativePg,
  sum: moduleSums.cloudNativePg,
};

/** An earlier release, to move from: the newest of the minor version before. */
export const earlierOperatorModule: PinnedModule = {
  path: operatorModule.path,
  version: "1.29.1",
  sum: "h1:ZNEt1TMlnQKXI1kho2UqQuqdfvIvjGln4kN7C1lsmGA=",
};

/** Ships its CRDs, its manifest, and the list of what its sidecar's Python needs. */
export const barmanCloudModule: PinnedModule = {
  path: "github.com/cloudnative-pg/plugin-barman-cloud",
  version: versions.barmanCloud,
  sum: moduleSums.barmanPlugin,
};
