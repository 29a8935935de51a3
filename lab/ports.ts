import { existsSync } from "node:fs";
import { ports as cephPorts } from "./ceph/config.ts";
import { labPids } from "./host/cgroup.ts";
import { run } from "./host/run.ts";
import { apiServer, chartRepository } from "./kubernetes/facts.ts";
import { hostNames, hosts } from "./layout.ts";
import type { HostName } from "./layout.ts";

const portOf = (url: string): number => Number(new URL(url).port);

/** The ports by which the hosts are known; nothing else may listen on them. */
const needed: Readonly<Record<HostName, readonly number[]>> = {
  pve: Object.values(cephPorts),
  k8s: [portOf(apiServer)],
  workstation: [portOf(chartRepository)],
};

export interface Listener {
  readonly port: number;
  readonly program: string;
  readonly pid: number;
}

/** Reads `ss --listening --tcp --numeric --processes --no-header`. */
export function parseListeners(printed: string): Listener[] {
  return printed.split("\n").flatMap((line) => {
    const local = line.trim().split(/\s+/)[3];
    const [, program, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
    const port = Number(local?.slice(local.lastIndexOf(":") + 1));
    return program === undefined || Number.isNaN(port) ? [] : [{ port, program, pid: Number(pid) }];
  });
}

/** One line for each port of the lab that a process holds which the lab did not start. */
export async function portConflicts(): Promise<string[]> {
  const ours = new Set(labPids());
  const conflicts = hostNames
    .filter((host) => existsSync(`/run/netns/${hosts[host].netns}`))
    .map(async (host) => {
      const printed = await run(["ss", "-Hltnp"], { host }).catch(() => "");
      return parseListeners(printed)
        .filter(({ port, pid }) => needed[host].includes(port) && !ours.has(pid))
        .map(
          ({ port, program, pid }) =>
            `port ${port} on host ${host} is taken by ${program} (pid ${pid}), which is not of the lab: end it`,
        );
    });
  return (await Promise.all(conflicts)).flat();
}
