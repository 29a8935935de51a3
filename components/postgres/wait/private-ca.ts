import { instancesOf } from "../cluster/instances.ts";
import type { Pod } from "../cluster/pods-and-jobs.ts";

/** Which key of which Secret is a store's private CA. */
export interface CaReference {
  name: string;
  key: string;
}

/** The private CA that each ObjectStore of a Cluster names, by the ObjectStore's name; undefined: it names none. */
export type PrivateCas = Record<string, CaReference | undefined>;

/**
 * What an instance has other than its ObjectStores name. The plugin mounts their CAs into the instances, so one that
 * gains or loses a CA has them restarted seconds later, while the Cluster itself, and its generation, stay as they are.
 */
export function staleCa(pods: Pod[], planned: PrivateCas): string | undefined {
  for (const pod of instancesOf(pods)) {
    for (const [store, ca] of Object.entries(planned)) {
      const mounted = mountedCa(pod, store);
      if (mounted?.name === ca?.name && mounted?.key === ca?.key) continue;
      const state =
        ca === undefined ? "with the private CA" : mounted ? "with another CA" : "without the private CA";
      return `the instance ${pod.metadata.name} is still ${state} of its ObjectStore ${store}`;
    }
  }
  return undefined;
}

/** As plugin-barman-cloud 0.14.0 mounts it: a projected volume with a path per ObjectStore. */
function mountedCa({ spec }: Pod, store: string): CaReference | undefined {
  const volume = spec.volumes.find(({ name }) => name === "barman-certificates");
  for (const { secret } of volume?.projected?.sources ?? []) {
    const item = secret?.items.find(({ path }) => path === `${store}/barman-ca.crt`);
    if (secret && item) return { name: secret.name, key: item.key };
  }
  return undefined;
}
