import { z } from "zod";
import { messageOf } from "../../sdk/errors.ts";
import { kindOf, nameOf, namespaceOf, type Kind, type KubeObject } from "../objects/object.ts";
import type { ApiRequest, Connection } from "./connection.ts";
import { apiRoot, Discovery, type Mapping } from "./discovery.ts";
import { ApiError, NoSuchKindError } from "./errors.ts";

const objectSchema = z.record(z.string(), z.unknown());

export interface WriteOptions {
  fieldManager: string;
  dryRun: boolean;
}

export interface ObjectKey extends Kind {
  name: string;
  namespace?: string | undefined;
}

/**
 * Objects of any kind that the API server knows. Only reads can be cancelled: a write that is cut off may still
 * happen, and would leave an object that no state knows of.
 */
export class KubernetesApi {
  readonly discovery: Discovery;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.discovery = new Discovery(connection);
  }

  /**
   * Why the API server cannot be used, or undefined. The official plugin reads the whole schema first, and says so;
   * the version is less to ask for and fails alike.
   */
  async problem(): Promise<string | undefined> {
    try {
      await this.#connection.send({ method: "GET", path: "/version" });
      return undefined;
    } catch (error) {
      const isLoggedOut = error instanceof ApiError && error.statusCode === 401;
      const said = isLoggedOut
        ? "the server has asked for the client to provide credentials"
        : messageOf(error);
      const asked = said.replace('/version"', '/openapi/v2?timeout=32s"');
      return `unable to load schema information from the API server: ${asked}`;
    }
  }

  async get(key: ObjectKey, signal?: AbortSignal): Promise<KubeObject> {
    return this.#send({ method: "GET", path: await this.#path(key), ...withSignal(signal) });
  }

  async list(
    kind: Kind,
    namespace: string | undefined,
    query: Record<string, string>,
  ): Promise<KubeObject[]> {
    const path = await this.#collection(kind, namespace);
    const list = z
      .looseObject({ items: z.array(objectSchema) })
      .parse(await this.#connection.send({ method: "GET", path, query }));
    return list.items;
  }

  /** Fails when the object exists. Unknown fields of a custom resource are dropped in silence. */
  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const { namespaced } = await this.mapping(kindOf(object));
    const namespace = namespaced ? (namespaceOf(object) ?? "default") : undefined;
    const path = await this.#collection(kindOf(object), namespace);
    return this.#send({ method: "POST", path, body: object, ...write(options) });
  }

  /** Server-side apply. A field that the schema does not declare is refused. */
  async apply(object: KubeObject, options: WriteOptions & { force: boolean }): Promise<KubeObject> {
    const request = write(options);
    return this.#send({
      ...request,
      method: "PATCH",
      path: await this.#path(keyOf(object)),
      query: { ...request.query, force: String(options.force) },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  async replace(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    return this.#send({
      method: "PUT",
      path: await this.#path(keyOf(object)),
      body: object,
      ...write(options),
    });
  }

  async jsonPatch(key: ObjectKey, patch: readonly object[]): Promise<KubeObject> {
    return this.#send({
      method: "PATCH",
      path: await this.#path(key),
      body: patch,
      contentType: "application/json-patch+json",
    });
  }

  async delete(key: ObjectKey, propagationPolicy: string): Promise<void> {
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy };
    await this.#send({ method: "DELETE", path: await this.#path(key), body });
  }

  async mapping(kind: Kind): Promise<Mapping> {
    const mapping = await this.discovery.find(kind);
    if (mapping === undefined) throw new NoSuchKindError(kind.apiVersion, kind.kind);
    return mapping;
  }

  async #collection(kind: Kind, namespace: string | undefined): Promise<string> {
    const { plural, namespaced } = await this.mapping(kind);
    const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${apiRoot(kind.apiVersion)}${scope}/${plural}`;
  }

  async #path(key: ObjectKey): Promise<string> {
    const { namespaced } = await this.mapping(key);
    const namespace = namespaced ? (key.namespace ?? "default") : undefined;
    return `${await this.#collection(key, namespace)}/${encodeURIComponent(key.name)}`;
  }

  async #send(request: ApiRequest): Promise<KubeObject> {
    return objectSchema.parse(await this.#connection.send(request));
  }
}

export function keyOf(object: KubeObject): ObjectKey {
  const name = nameOf(object);
  if (name === undefined) throw new Error("a Kubernetes object needs metadata.name");
  return { ...kindOf(object), name, namespace: namespaceOf(object) };
}

function write(options: WriteOptions): { query: Record<string, string> } {
  return { query: { fieldManager: options.fieldManager, ...(options.dryRun ? { dryRun: "All" } : {}) } };
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
