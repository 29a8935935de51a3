import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureBuilt } from "./build/artifact.ts";
import type { Artifact } from "./build/artifact.ts";
import { barmanCloudBinary, kubernetesBinaries, operatorBinary } from "./build/go.ts";
import { cephArtifacts, ensureCeph, stopCeph } from "./ceph/index.ts";
import { examine, installPackages, missingPackages } from "./doctor.ts";
import type { Finding } from "./doctor.ts";
import { LabError } from "./errors.ts";
import { labPids, removeCgroups } from "./host/cgroup.ts";
import { runningDaemons } from "./host/daemon.ts";
import { withLock } from "./host/lock.ts";
import { unmountBelow } from "./host/mounts.ts";
import { ensureNetwork, removeNetwork } from "./host/network.ts";
import { ensureKubernetes, kubernetesArtifacts, stopKubernetes } from "./kubernetes/index.ts";
import { cacheDir, runDir, runtimeDir, stateDir } from "./layout.ts";
import { duration, runLanes } from "./progress.ts";
import type { Step, StepResult } from "./progress.ts";
import { summary } from "./summary.ts";
import { describePlugins, pluginMode } from "./workstation/chosen-plugins.ts";
import { ensureEngine } from "./workstation/engine.ts";
import { ensurePlugins } from "./workstation/plugins.ts";
import { ensureStack, pulumiUp } from "./workstation/stack.ts";

const goPrograms: readonly Artifact[] = [kubernetesBinaries, operatorBinary, barmanCloudBinary];
const rootFileSystems: readonly Artifact[] = [...cephArtifacts, ...kubernetesArtifacts.roots];
const artifacts: readonly Artifact[] = [...goPrograms, ...rootFileSystems, ...kubernetesArtifacts.images];

function printFindings(findings: readonly Finding[]): void {
  for (const { ok, line } of findings) process.stdout.write(`${ok ? "ok      " : "missing "} ${line}\n`);
}

/** Prints what the machine lacks; exit code 1 if anything. */
export async function doctor(): Promise<number> {
  const findings = await examine(artifacts, labPids().length > 0);
  printFindings(findings);
  return findings.every((finding) => finding.ok) ? 0 : 1;
}

/** What `up` cannot do without and cannot mend itself. */
async function checkMachine(): Promise<void> {
  if (process.getuid?.() === 0 && missingPackages().length > 0) {
    const names = missingPackages();
    process.stdout.write(`Installing Debian packages: ${names.join(" ")}\n`);
    await installPackages(names, join(cacheDir, "log", "packages.log"));
  }
  const missing = (await examine(artifacts, labPids().length > 0)).filter((finding) => !finding.ok);
  if (missing.length === 0) return;
  throw new LabError(
    `this machine cannot run the lab:\n${missing.map((finding) => `  - ${finding.line}`).join("\n")}`,
    {
      hint: "fix these, then run the command again; `npm run lab -- doctor` shows them all",
    },
  );
}

function buildStep(artifact: Artifact): Step {
  return { title: `${artifact.name} ${artifact.version}`, run: (report) => ensureBuilt(artifact, report) };
}

/** Two cores: the Go builds use both by themselves, unpacking packages needs one and the disk. */
async function build(): Promise<StepResult[]> {
  const engine: Step = { title: "Pulumi engine", run: ensureEngine };
  return runLanes([
    { title: "Go programs", steps: [...goPrograms.map(buildStep), engine] },
    { title: "Root file systems", steps: rootFileSystems.map(buildStep) },
  ]);
}

async function start(): Promise<StepResult[]> {
  const images = await runLanes([{ title: "Images", steps: kubernetesArtifacts.images.map(buildStep) }]);
  const network: Step = { title: "Network", run: () => ensureNetwork().then(() => "up") };
  const hosts = [
    { title: "Ceph on pve", run: ensureCeph },
    { title: "Kubernetes on k8s", run: ensureKubernetes },
  ];
  return [
    ...images,
    ...(await runLanes([{ title: "Network", steps: [network] }])),
    ...(await runLanes(hosts.map((step) => ({ title: step.title, steps: [step] })))),
  ];
}

/** Before anything starts, one plain line says whose plugins run here. */
async function choosePlugins(): Promise<StepResult[]> {
  let line = "";
  const run = async (report: (status: string) => void): Promise<string> => {
    const plugins = await ensurePlugins(report);
    line = describePlugins(plugins);
    return "chosen";
  };
  const results = await runLanes([{ title: "Plugins", steps: [{ title: "Pulumi plugins", run }] }]);
  process.stdout.write(`${line}\n`);
  return results;
}

async function setUpWorkstation(options: UpOptions): Promise<StepResult[]> {
  const stack: Step = { title: "Stack lab", run: ensureStack };
  const steps = options.provision ? [stack, { title: "pulumi up", run: pulumiUp }] : [stack];
  return runLanes([{ title: "Workstation", steps }]);
}

const ownerFile = join(runtimeDir, "owner");

/**
 * Addresses and cgroups are the machine's: two labs cannot run at once. Processes of a lab with the same disks
 * that no pid file knows any more are ended, since they would hold the ports.
 */
async function takeOwnership(): Promise<void> {
  const owner = existsSync(ownerFile) ? readFileSync(ownerFile, "utf8") : stateDir;
  if (labPids().length > 0 && owner !== stateDir) {
    throw new LabError(`another lab is running on this machine, with its disks in ${owner}`, {
      hint: `stop it first: XDG_STATE_HOME=${dirname(owner)} npm run lab -- down`,
    });
  }
  if (runningDaemons().length === 0) await removeCgroups();
  mkdirSync(runtimeDir, { recursive: true });
  writeFileSync(ownerFile, stateDir);
}

export interface UpOptions {
  /** Run `pulumi up` of stack lab once the hosts are up. */
  readonly provision: boolean;
}

/** Builds what is missing, starts what does not run, and brings stack `lab` to what its config says. */
export async function up(options: UpOptions): Promise<number> {
  const started = Date.now();
  return withLock("up", async () => {
    pluginMode(); // an invalid value fails before anything is built
    await checkMachine();
    await takeOwnership();
    const results = [
      ...(await build()),
      ...(await choosePlugins()),
      ...(await start()),
      ...(await setUpWorkstation(options)),
    ];
    process.stdout.write(await summary(results, (Date.now() - started) / 1000));
    return 0;
  });
}

async function stopEverything(): Promise<void> {
  await Promise.all([stopKubernetes(), stopCeph()]);
  await removeCgroups();
  await unmountBelow(stateDir);
  await unmountBelow(runtimeDir);
  await removeNetwork();
  rmSync(runDir, { recursive: true, force: true });
  rmSync(runtimeDir, { recursive: true, force: true });
}

/** Stops the lab. Like `rm -f`: nothing to stop is no error. */
export async function down(): Promise<number> {
  return withLock("down", async () => {
    const started = Date.now();
    await stopEverything();
    process.stdout.write(
      `The lab is down (${duration((Date.now() - started) / 1000)}); its disks are kept in ${stateDir}\n`,
    );
    return 0;
  });
}

/** Stops the lab and deletes all that it ever stored; what was built stays in the cache. */
export async function reset(): Promise<number> {
  return withLock("reset", async () => {
    await stopEverything();
    rmSync(stateDir, { recursive: true, force: true });
    process.stdout.write(`The lab is deleted; what was built is kept in ${cacheDir}\n`);
    return 0;
  });
}
