import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How far what goes to a URL travels in the clear. */
export type Exposure = "host" | "network" | "internet";

export type Lookup = (host: string) => Promise<readonly { address: string }[]>;

const secondsToResolve = 3;

/**
 * How far a request to an http URL travels: stays on this host, in a private network, or leaves it, by the addresses
 * that its host has here. Undefined for https, and where the name does not resolve: the caller says so.
 */
export async function exposureOf(
  url: string,
  resolve: Lookup = (host) => lookup(host, { all: true }),
): Promise<Exposure | undefined> {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== "http:") return undefined;
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  const late = sleep(secondsToResolve * 1_000, [], { ref: false });
  const found =
    isIP(host) === 0 ? await Promise.race([resolve(host).catch(() => []), late]) : [{ address: host }];
  const seen = found.map(({ address }) => exposureOfAddress(address));
  return (["internet", "network", "host"] as const).find((exposure) => seen.includes(exposure));
}

function exposureOfAddress(address: string): Exposure {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (ofThisHost.check(address, family)) return "host";
  return ofPrivateNetworks.check(address, family) ? "network" : "internet";
}

const listOf = (ranges: readonly (readonly [string, number])[]): BlockList => {
  const list = new BlockList();
  for (const [net, bits] of ranges) list.addSubnet(net, bits, isIP(net) === 6 ? "ipv6" : "ipv4");
  return list;
};

const ofThisHost = listOf([
  ["127.0.0.0", 8],
  ["::1", 128],
]);

// RFC 1918, link-local, carriers' NAT (Tailscale, for one), and the same of IPv6.
const ofPrivateNetworks = listOf([
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["fc00::", 7],
  ["fe80::", 10],
]);
