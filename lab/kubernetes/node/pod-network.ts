import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeIfEmpty } from "../../host/files.ts";
import { run } from "../../host/run.ts";
import { systemPath, writeOnChange } from "../command.ts";
import { podCidr, serviceCidr } from "../facts.ts";
import { etcDir, hostRunDir } from "../paths.ts";

export const cniConfigDir = join(etcDir, "cni");
const networkName = "cnpg-rgw-lab";

/**
 * A point-to-point link for each pod, and routes: unlike a bridge it needs no bridge netfilter, which not every
 * kernel has, for a service's answers to find their way back.
 */
export function cniConfig(): string {
  const ipam = {
    type: "host-local",
    dataDir: join(hostRunDir, "pod-addresses"),
    ranges: [[{ subnet: podCidr }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  const config = {
    cniVersion: "0.4.0",
    name: networkName,
    plugins: [{ type: "ptp", ipMasq: false, ipam }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** The other hosts know nothing of pods: to them, pods speak from the node's address. */
const masquerade = `
table ip lab-pods
delete table ip lab-pods
table ip lab-pods {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${podCidr} oifname "eth0" masquerade
  }
}
`;

/** Plugins note each pod's addresses in a folder shared with the machine's own pods, under the network's name. */
export function removeCniResults(folder = "/var/lib/cni/results"): void {
  if (!existsSync(folder)) return;
  const results = new RegExp(`^${networkName}-(.+)-eth0$`);
  for (const entry of readdirSync(folder)) {
    const container = results.exec(entry)?.[1];
    if (container === undefined) continue;
    rmSync(join(folder, entry), { force: true });
    rmSync(join(folder, `cni-loopback-${container}-lo`), { force: true });
  }
  removeIfEmpty(folder, dirname(folder));
}

export async function ensurePodNetwork(): Promise<void> {
  writeOnChange(join(cniConfigDir, "10-lab.conflist"), cniConfig());
  const onNode = { host: "k8s", env: { PATH: systemPath } } as const;
  await run(["sysctl", "-qw", "net.ipv4.ip_forward=1"], onNode);
  // Where the node itself finds services; kube-proxy rewrites the address before a packet leaves.
  await run(["ip", "route", "replace", serviceCidr, "dev", "eth0"], onNode);
  await run(["nft", "-f", "-"], { ...onNode, input: masquerade });
}
