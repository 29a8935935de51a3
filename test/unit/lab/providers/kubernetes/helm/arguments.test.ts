import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  installArguments,
  showChartArguments,
  uninstallArguments,
  upgradeArguments,
} from "../../../../../../lab/providers/kubernetes/helm/arguments.ts";

const release = { chart: "./charts/operator", name: "op", namespace: "cnpg-system" };

describe("helm's arguments", () => {
  it("wait with a deadline unless told otherwise, and take values from stdin", () => {
    assert.deepEqual(installArguments(release), [
      "install",
      "op",
      "./charts/operator",
      "--namespace=cnpg-system",
      "--wait",
      "--timeout=300s",
      "--values=-",
      "--output=json",
    ]);
    assert.ok(!installArguments({ ...release, skipAwait: true }).includes("--wait"));
  });

  it("never hold the values", () => {
    const args = installArguments({ ...release, values: { password: "hunter2" } });
    assert.ok(!args.join(" ").includes("hunter2"));
  });

  it("pass flags on to the command that knows them", () => {
    const all = {
      ...release,
      atomic: true,
      createNamespace: true,
      skipCrds: true,
      cleanupOnFail: true,
      timeout: 60,
    };
    const install = installArguments(all);
    for (const flag of ["--atomic", "--create-namespace", "--skip-crds", "--timeout=60s"]) {
      assert.ok(install.includes(flag), flag);
    }
    assert.ok(!install.includes("--cleanup-on-fail"));
    const upgrade = upgradeArguments(all);
    assert.ok(upgrade.includes("--cleanup-on-fail") && upgrade.includes("--history-max=0"));
    assert.ok(!upgrade.includes("--create-namespace"));
  });

  it("find the chart in a repository by URL, by name, or in a registry", () => {
    const chart = (name: string, repo?: string) =>
      showChartArguments({
        ...release,
        chart: name,
        version: "0.29.0",
        repositoryOpts: repo === undefined ? {} : { repo },
      });
    assert.deepEqual(chart("cnpg", "https://charts.example/"), [
      "show",
      "chart",
      "cnpg",
      "--repo=https://charts.example/",
      "--version=0.29.0",
    ]);
    assert.deepEqual(chart("cnpg", "mirror"), ["show", "chart", "mirror/cnpg", "--version=0.29.0"]);
    assert.deepEqual(chart("oci://registry/cnpg"), [
      "show",
      "chart",
      "oci://registry/cnpg",
      "--version=0.29.0",
    ]);
  });

  it("wait for an uninstall exactly when the install waited", () => {
    assert.ok(uninstallArguments(release).includes("--wait"));
    assert.ok(!uninstallArguments({ ...release, skipAwait: true }).includes("--wait"));
    assert.ok(uninstallArguments({ ...release, skipAwait: true, atomic: true }).includes("--wait"));
  });
});
