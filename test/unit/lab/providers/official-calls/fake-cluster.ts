import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { without } from "../../../../../lab/providers/kubernetes/objects/object.ts";
import { isObject, type Props } from "../../../../../lab/providers/sdk/values.ts";
import { opened } from "./ask.ts";
import type { RecordedCall } from "./recorded.ts";

export interface FakeCluster {
  url: string;
  close(): Promise<void>;
  /** From now on: what the API server had and made of it at this call. */
  prepare(call: RecordedCall): void;
}

interface Scene {
  before: Props | undefined;
  after: Props | undefined;
  /** Whether the namespace is not there yet. */
  isNowhere: boolean;
  /** What it says to everything. */
  refusal: { code: number; message: string; reason: string } | undefined;
}

const kinds: Record<string, readonly (readonly [string, string, boolean])[]> = {
  "/api/v1": [
    ["namespaces", "Namespace", false],
    ["configmaps", "ConfigMap", true],
    ["secrets", "Secret", true],
    ["services", "Service", true],
    ["serviceaccounts", "ServiceAccount", true],
    ["pods", "Pod", true],
  ],
  "/apis/apps/v1": [["deployments", "Deployment", true]],
  "/apis/discovery.k8s.io/v1": [["endpointslices", "EndpointSlice", true]],
  "/apis/postgresql.cnpg.io/v1": [
    ["clusters", "Cluster", true],
    ["scheduledbackups", "ScheduledBackup", true],
  ],
  "/apis/barmancloud.cnpg.io/v1": [["objectstores", "ObjectStore", true]],
};

/** An API server that has one object, and knows from a recorded answer what becomes of it. */
export async function startFakeCluster(): Promise<FakeCluster> {
  let scene: Scene = { before: undefined, after: undefined, isNowhere: false, refusal: undefined };
  const server = createServer((request, response) => {
    void serve(request, response, scene);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
    prepare: (call) => {
      scene = sceneOf(call);
    },
  };
}

function sceneOf(call: RecordedCall): Scene {
  const { step, method, request, response, errors = [], found } = call;
  const old = liveIn(method === "Update" ? request.olds : request.properties);
  const isGone = method === "Create" || (method === "Read" && response !== null && response.id === undefined);
  // What a read finds is in its answer, or, where that is a failure, what was there before.
  const before = isGone ? undefined : method === "Read" ? (liveIn(response?.properties) ?? old) : old;
  const answered = isObject(response?.properties) ? response.properties : {};
  return {
    before: found === undefined ? before : withManagers(before ?? {}, found),
    after: liveIn(response?.properties) ?? old,
    // A preview that the API server could not make gives back what was asked for.
    isNowhere: request.preview === true && answered.__fieldManager === undefined,
    refusal: step.includes("badtoken") ? unauthorized : refusalIn(errors[0] ?? ""),
  };
}

const unauthorized = { code: 401, message: "Unauthorized", reason: "Unauthorized" };

/** The live object in a state: without the plugin's notes, and its secrets open. */
function liveIn(state: unknown): Props | undefined {
  const entries = Object.entries(opened(state)).filter(([key]) => !key.startsWith("__"));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function refusalIn(error: string): Scene["refusal"] {
  const [, message, reason] =
    /^.*(?:API server: |desc = )(.*?(is forbidden|already exists|denied the request)[^\n]*)/.exec(error) ??
    [];
  if (message === undefined) return undefined;
  if (reason === "is forbidden") return { code: 403, message, reason: "Forbidden" };
  return reason === "already exists"
    ? { code: 409, message, reason: "AlreadyExists" }
    : { code: 400, message, reason: "BadRequest" };
}

async function serve(request: IncomingMessage, response: ServerResponse, scene: Scene): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://cluster");
  const body: unknown = JSON.parse((await text(request)) || "null");
  const answer = (code: number, content: unknown) => {
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(content));
  };
  const { refusal } = scene;
  if (refusal?.code === 401) {
    answer(401, { kind: "Status", ...refusal });
    return;
  }
  const known = kinds[pathname];
  if (pathname === "/version") answer(200, {});
  else if (known !== undefined) {
    answer(200, { resources: known.map(([name, kind, namespaced]) => ({ name, kind, namespaced })) });
  } else if (pathname.endsWith("/pods")) answer(200, { items: [] });
  else if (pathname.endsWith("/endpointslices")) answer(200, { items: [{ endpoints: [{}] }] });
  else if (refusal !== undefined) answer(refusal.code, { kind: "Status", ...refusal });
  else if (request.method === "GET") sendObject(answer, scene.before);
  else if (request.method === "DELETE") {
    scene.before = undefined;
    answer(200, {});
  } else if (scene.isNowhere) sendObject(answer, undefined);
  else {
    change(scene, request, searchParams, body);
    sendObject(answer, scene.before);
  }
}

function sendObject(answer: (code: number, content: unknown) => void, object: Props | undefined): void {
  if (object === undefined) answer(404, { kind: "Status", code: 404, reason: "NotFound" });
  else answer(200, object);
}

/** A write. Of the managers of fields it keeps account itself: they tell who owns what afterwards. */
function change(
  scene: Scene,
  { method, headers }: IncomingMessage,
  query: URLSearchParams,
  body: unknown,
): void {
  const isDryRun = query.has("dryRun");
  if (headers["content-type"] === "application/json-patch+json") {
    const [patch] = z.array(z.object({ path: z.string(), value: z.unknown() })).parse(body);
    scene.before = withManagers(scene.before ?? {}, patch?.value);
    return;
  }
  const operation = method === "PATCH" ? "Apply" : "Update";
  const manager = query.get("fieldManager") ?? "";
  const managers = managersOf(scene.before);
  const isKnown = managers.some((entry) => entry.manager === manager && entry.operation === operation);
  const isNew = scene.before === undefined;
  const ours = isKnown || (isDryRun && isNew && method === "PATCH") ? [] : [{ manager, operation }];
  scene.before = withManagers(scene.after ?? {}, [...ours, ...managers]);
}

function managersOf(object: Props | undefined): Props[] {
  const metadata = object?.metadata;
  const entries = isObject(metadata) ? metadata.managedFields : undefined;
  return Array.isArray(entries) ? entries.filter(isObject) : [];
}

function withManagers(object: Props, managers: unknown): Props {
  const entries = z.array(z.record(z.string(), z.unknown())).parse(managers);
  const metadata = without(isObject(object.metadata) ? object.metadata : {}, "managedFields");
  const kept = entries.map((entry) => without(entry, "fieldsV1"));
  return { ...object, metadata: kept.length === 0 ? metadata : { ...metadata, managedFields: kept } };
}
