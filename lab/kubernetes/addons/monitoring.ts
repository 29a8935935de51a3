import { copyFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { artifactDir } from "../../build/artifact.ts";
import type { Artifact } from "../../build/artifact.ts";
import { pinnedModuleDir } from "../../build/go-module.ts";
import type { PinnedModule } from "../../build/go-module.ts";
import { applyManifest } from "../command.ts";

const prometheusOperator: PinnedModule = {
  path: "github.com/prometheus-operator/prometheus-operator",
  version: "0.93.0",
  sum: "h1:AohlYJT+En8TmNpAcEUJ3GsaJTAqfEBwHmGTVpRm/Io=",
};
const kinds = ["podmonitors", "prometheusrules"] as const;

/** The kinds that the Prometheus operator would bring; the lab has the kinds, and no Prometheus. */
export const monitoringCrds: Artifact = {
  name: "monitoring-crds",
  version: prometheusOperator.version,
  recipe: [prometheusOperator.sum, ...kinds],
  expected: "a few seconds",
  build: async (into) => {
    const folder = join(await pinnedModuleDir(prometheusOperator), "example", "prometheus-operator-crd");
    for (const kind of kinds) {
      copyFileSync(join(folder, `monitoring.coreos.com_${kind}.yaml`), join(into, `${kind}.yaml`));
    }
  },
};

export async function applyMonitoringCrds(): Promise<void> {
  const folder = artifactDir(monitoringCrds);
  const manifests = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  await applyManifest(manifests.join("\n---\n"));
}
