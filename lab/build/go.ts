import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../host/run.ts";
import { versions } from "../layout.ts";
import type { Artifact } from "./artifact.ts";
import {
  type PinnedModule,
  barmanCloudModule,
  earlierOperatorModule,
  operatorModule,
  pinnedModuleDir,
} from "./go-module.ts";

const moduleDir = (name: string): string => join(import.meta.dirname, "go", name);
const text = (...path: string[]): string => readFileSync(join(...path), "utf8");

/**
 * `go build` of some packages, in the folder of a module. The module's go.sum pins every source; -trimpath and
 * CGO_ENABLED=0 make a binary that needs no library of the machine it runs on.
 */
async function goBuild(
  cwd: string,
  packages: string[],
  into: string,
  log: string,
  ldflags = "",
): Promise<void> {
  await run(
    ["go", "build", "-trimpath", "-ldflags", `-s -w ${ldflags}`.trim(), "-o", `${into}/`, ...packages],
    {
      cwd,
      env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local" },
      log,
      timeoutMs: 40 * 60_000,
      outlives: true,
    },
  );
}

const labModule = moduleDir("lab");

/** A Go build of a module does not know its release; without this the API server says v0.0.0-master, and charts refuse it. */
const versionFlags = [
  ...["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) => [
    `-X ${path}.gitVersion=v${versions.kubernetes}`,
    `-X ${path}.gitMajor=${versions.kubernetes.split(".")[0] ?? ""}`,
    `-X ${path}.gitMinor=${versions.kubernetes.split(".")[1] ?? ""}`,
  ]),
  `-X helm.sh/helm/v3/internal/version.version=v${versions.helm}`,
].join(" ");

/** The names that the programs are called by; one of them is many by its name. `bin/` is for a user's PATH. */
const programLinks = {
  etcd: "server",
  "kube-apiserver": "kube",
  "kube-controller-manager": "kube",
  "kube-scheduler": "kube",
  "kube-proxy": "kube",
  kubelet: "kube",
  "bin/kubectl": "../kube",
  "bin/helm": "../helm",
} as const;

/**
 * Everything of the Kubernetes host in one Go module: these programs share most of their dependencies, so that one
 * module at one set of versions compiles each of them once (7 minutes instead of 16 on two cores).
 */
export const kubernetesBinaries: Artifact = {
  name: "kubernetes-binaries",
  version: versions.kubernetes,
  recipe: [
    text(labModule, "go.mod"),
    text(labModule, "kube", "main.go"),
    text(labModule, "coredns", "main.go"),
    text(labModule, "pause", "main.go"),
    text(labModule, "volumes", "main.go"),
    versionFlags,
    JSON.stringify(programLinks),
  ],
  expected: "about 8 minutes",
  build: async (into, log) => {
    await goBuild(
      labModule,
      [
        "./kube",
        "./coredns",
        "./pause",
        "./volumes",
        "go.etcd.io/etcd/server/v3",
        "helm.sh/helm/v3/cmd/helm",
      ],
      into,
      log,
      versionFlags,
    );
    mkdirSync(join(into, "bin"));
    for (const [name, target] of Object.entries(programLinks)) symlinkSync(target, join(into, name));
  },
};

/** The real Pulumi engine, for where the `pulumi` npm package cannot download it. */
export function engineBinary(version: string): Artifact {
  return {
    name: "pulumi-engine",
    version,
    recipe: [text(moduleDir("engine"), "go.mod")],
    expected: "about 4 minutes",
    build: (into, log) =>
      goBuild(
        moduleDir("engine"),
        ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
        into,
        log,
        `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
      ),
  };
}

/**
 * CloudNativePG's programs are modules of their own, at the versions that their own go.mod and go.sum name: another
 * release of one of them needs no other Kubernetes.
 */
const ownModule = (name: string, module: PinnedModule, expected: string): Artifact => ({
  name,
  version: module.version,
  recipe: [module.sum],
  expected,
  build: async (into, log) => goBuild(await pinnedModuleDir(module), ["./cmd/manager"], into, log),
});

export const operatorBinary = ownModule("cloudnative-pg", operatorModule, "about 4 minutes");
/** One program for the plugin's operator and its sidecar. */
export const barmanCloudBinary = ownModule("plugin-barman-cloud", barmanCloudModule, "about 2 minutes");
/** For the test that moves on from an earlier release. */
export const earlierOperatorBinary = ownModule("cloudnative-pg", earlierOperatorModule, "about 4 minutes");
