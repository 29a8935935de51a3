import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { LabError } from "../errors.ts";
import { run } from "../host/run.ts";
import { versions } from "../layout.ts";

const downloadSchema = z.object({ Dir: z.string(), Sum: z.string() });

async function download(module: string, cwd: string): Promise<z.infer<typeof downloadSchema>> {
  const printed = await run(["go", "mod", "download", "-json", module], {
    cwd,
    env: { GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local", GOWORK: "off" },
    timeoutMs: 300_000,
  });
  return downloadSchema.parse(JSON.parse(printed));
}

/** The folder of a module among the build's dependencies, e.g. for the manifests that ship in it. */
export async function goModuleDir(modulePath: string): Promise<string> {
  return (await download(modulePath, join(import.meta.dirname, "go", "lab"))).Dir;
}

/** A release of a module that is no dependency of the build, with the checksum that go.sum would hold. */
export interface PinnedModule {
  readonly path: string;
  /** Without the v of its tag. */
  readonly version: string;
  readonly sum: string;
}

/** The folder of a module's sources, downloaded on first use; its checksum is compared each time. */
export async function pinnedModuleDir(module: PinnedModule): Promise<string> {
  const { Dir, Sum } = await download(`${module.path}@v${module.version}`, tmpdir());
  if (Sum !== module.sum) {
    throw new LabError(`${module.path} ${module.version} is not what it was: ${Sum}, not ${module.sum}`);
  }
  return Dir;
}

/** Ships its CRDs. */
export const operatorModule: PinnedModule = {
  path: "github.com/cloudnative-pg/cloudnative-pg",
  version: versions.cloudnativePg,
  sum: "h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
};

/** Ships its CRDs, its manifest, and the list of what its sidecar's Python needs. */
export const barmanCloudModule: PinnedModule = {
  path: "github.com/cloudnative-pg/plugin-barman-cloud",
  version: versions.barmanCloud,
  sum: "h1:kpTo7egntRIM15hvo0xtOj07wyjj23jcz/Co0KfzC7s=",
};
