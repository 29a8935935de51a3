import { BlockList, isIP } from "node:net";

/**
 * The proxy that the Kubernetes provider goes through to an API server by the environment, as every program in Go does
 * (golang.org/x/net/http/httpproxy). The client for Node knows the `proxy-url` of a kubeconfig only.
 */
export function proxyOf(server: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const proxy = env.HTTPS_PROXY ?? env.https_proxy ?? "";
  const url = URL.parse(server);
  if (proxy === "" || url?.protocol !== "https:") return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const exceptions = (env.NO_PROXY ?? env.no_proxy ?? "")
    .split(",")
    .map((entry) => entry.trim().toLowerCase());
  const always = ["localhost", "127.0.0.0/8", "::1"];
  if ([...always, ...exceptions].some((entry) => covers(entry, host, url.port || "443"))) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** An entry is a network, an address or a name, which stands for names below it too; with or without a port. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*" || entry === host) return true;
  if (entry.includes("/")) return isInNetwork(host, entry);
  const [, name, ofPort = port] = /^(?:\*?\.)?([^:]+)(?::(\d+))?$/.exec(entry) ?? [];
  if (name === undefined || ofPort !== port) return false;
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function isInNetwork(host: string, entry: string): boolean {
  const [address = "", bits = ""] = entry.split("/");
  const [ofHost, family] = [isIP(host), isIP(address)];
  if (
    family === 0 ||
    ofHost !== family ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (family === 4 ? 32 : 128)
  )
    return false;
  const network = new BlockList();
  const type = family === 4 ? "ipv4" : "ipv6";
  network.addSubnet(address, Number(bits), type);
  return network.check(host, type);
}
