import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pinnedModuleDir } from "../../lab/build/go-module.ts";

const certManager = {
  path: "github.com/cert-manager/cert-manager",
  version: "1.21.0",
  sum: "h1:BCoB2BxA1lbqPusZCqPLPn8Q9MhraL7RbZGHbBcm3W8=",
};

/** A CRD as cert-manager ships it, YAML: `certificates` or `issuers`. */
export async function certManagerCrd(plural: string): Promise<string> {
  const folder = await pinnedModuleDir(certManager);
  return readFileSync(join(folder, `deploy/crds/cert-manager.io_${plural}.yaml`), "utf8");
}
