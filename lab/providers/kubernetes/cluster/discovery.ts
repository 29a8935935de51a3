import { z } from "zod";
import type { Kind } from "../objects/object.ts";
import type { Connection } from "./connection.ts";
import { isNotFound } from "./errors.ts";

export interface Mapping {
  /** The name of the kind in URLs. */
  plural: string;
  namespaced: boolean;
}

const resourceList = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

/** Where the API server serves each kind, asked once per apiVersion. */
export class Discovery {
  readonly #connection: Connection;
  readonly #byApiVersion = new Map<string, Promise<Map<string, Mapping>>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Undefined when the API server has no such kind now: a CustomResourceDefinition may still come. */
  async find({ apiVersion, kind }: Kind): Promise<Mapping | undefined> {
    const cached = this.#byApiVersion.get(apiVersion);
    const known = (await cached)?.get(kind);
    if (known !== undefined) return known;
    // Several objects may miss the same kind at once: the second waits for the first one's answer.
    if (cached === undefined || this.#byApiVersion.get(apiVersion) === cached) {
      this.#byApiVersion.set(apiVersion, this.#fetch(apiVersion));
    }
    try {
      return (await this.#byApiVersion.get(apiVersion))?.get(kind);
    } catch (error) {
      this.#byApiVersion.delete(apiVersion);
      throw error;
    }
  }

  async #fetch(apiVersion: string): Promise<Map<string, Mapping>> {
    const path = apiRoot(apiVersion);
    try {
      const { resources } = resourceList.parse(await this.#connection.send({ method: "GET", path }));
      const kinds = resources.filter(({ name }) => !name.includes("/"));
      return new Map(kinds.map(({ kind, name, namespaced }) => [kind, { plural: name, namespaced }]));
    } catch (error) {
      if (isNotFound(error)) return new Map();
      throw error;
    }
  }
}

export function apiRoot(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
