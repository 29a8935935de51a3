import { existsSync } from "node:fs";
import { hostNames, hosts, prefixLength, switchNetns } from "../layout.ts";
import type { Host } from "../layout.ts";
import { run, succeeds } from "./run.ts";

/** One switch, three hosts: veth pairs from a bridge in a namespace of its own, so that the machine's own network sees nothing. */
const bridge = "switch0";
const port = "eth0";

const inNetns = (netns: string, ...argv: string[]): string[] => [
  "nsenter",
  `--net=/run/netns/${netns}`,
  "--",
  ...argv,
];

async function ensureNetns(netns: string): Promise<void> {
  // A name whose mount is gone is left behind as an empty file: unusable, and in the way.
  if (existsSync(`/run/netns/${netns}`) && !(await succeeds(inNetns(netns, "true")))) {
    await run(["ip", "netns", "delete", netns]);
  }
  if (!existsSync(`/run/netns/${netns}`)) await run(["ip", "netns", "add", netns]);
  await run(inNetns(netns, "ip", "link", "set", "lo", "up"));
}

async function ensureSwitch(): Promise<void> {
  await ensureNetns(switchNetns);
  if (await succeeds(inNetns(switchNetns, "ip", "link", "show", bridge))) return;
  await run(inNetns(switchNetns, "ip", "link", "add", bridge, "type", "bridge"));
  await run(inNetns(switchNetns, "ip", "link", "set", bridge, "up"));
}

async function plugIn(host: Host): Promise<void> {
  await ensureNetns(host.netns);
  const plugged = inNetns(host.netns, "ip", "-o", "addr", "show", "dev", port, "up");
  if (
    await run(plugged).then(
      (out) => out.includes(`${host.address}/`),
      () => false,
    )
  )
    return;
  await succeeds(inNetns(host.netns, "ip", "link", "delete", port));
  await succeeds(inNetns(switchNetns, "ip", "link", "delete", host.name));
  await run(
    inNetns(
      switchNetns,
      "ip",
      "link",
      "add",
      host.name,
      "type",
      "veth",
      "peer",
      "name",
      port,
      "netns",
      host.netns,
    ),
  );
  await run(inNetns(switchNetns, "ip", "link", "set", host.name, "master", bridge, "up"));
  await run(
    inNetns(host.netns, "ip", "address", "add", `${host.address}/${String(prefixLength)}`, "dev", port),
  );
  await run(inNetns(host.netns, "ip", "link", "set", port, "up"));
}

export async function ensureNetwork(): Promise<void> {
  await ensureSwitch();
  for (const name of hostNames) await plugIn(hosts[name]);
}

/** veths, bridges and firewall rules go with their namespaces. */
export async function removeNetwork(): Promise<void> {
  for (const netns of [...hostNames.map((name) => hosts[name].netns), switchNetns]) {
    if (existsSync(`/run/netns/${netns}`)) await run(["ip", "netns", "delete", netns]);
  }
}
