import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An S3 store in memory, for one bucket; whatever is signed is believed. */
export interface FakeS3 {
  endpoint: string;
  objects: Map<string, string | Uint8Array>;

  /** When objects were written last, where that is not now. */
  modified: Map<string, Date>;

  /** How many objects a list has at most. */
  pageSize: number;

  /** Method and path of every request. */
  requests: string[];

  /** Answers with this error code instead of doing what is asked, where the request matches. */
  errors: { when: RegExp; status: number; code: string; message?: string }[];

  /** What GetBucketLocation says; undefined: there is no bucket. */
  location: string | undefined;

  /** A region that requests have to be signed with; undefined: any will do. */
  onlyRegion: string | undefined;

  /** What ListBuckets says: our buckets. */
  own: string[];

  /** Who beside the owner has a grant in the bucket's ACL. */
  acl: { others: string[] };

  /** The bucket's policy as JSON, and the rules of its lifecycle as XML; empty: it has none. */
  policy: string;
  lifecycle: string;

  /** What GetBucketVersioning says; `Enabled` keeps what is overwritten and deleted. */
  versioning: "" | "Enabled" | "Suspended";

  /** All versions and delete markers of a bucket with versions, the oldest first. */
  versions: { key: string; id: string; isMarker: boolean }[];

  /** Unfinished multipart uploads. */
  uploads: { key: string; id: string; initiated: Date }[];

  /** Headers of the answer to HeadBucket. */
  head: Record<string, string>;

  /** Makes the store as new. */
  reset: () => void;
  stop: () => Promise<void>;
}

export async function startFakeS3(): Promise<FakeS3> {
  const server = createServer((request, response) => {
    void answer(store, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const store: FakeS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    ...emptyStore(),
    reset: () => Object.assign(store, emptyStore()),
    stop: () => closed(server),
  };
  return store;
}

function emptyStore(): Omit<FakeS3, "endpoint" | "reset" | "stop"> {
  return {
    objects: new Map(),
    modified: new Map(),
    pageSize: 1000,
    requests: [],
    errors: [],
    location: undefined,
    onlyRegion: undefined,
    own: [],
    acl: { others: [] },
    policy: "",
    lifecycle: "",
    versioning: "",
    versions: [],
    uploads: [],
    head: {},
  };
}

interface Answer {
  status: number;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

async function answer(store: FakeS3, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", store.endpoint);
  const line = `${request.method ?? ""} ${decodeURIComponent(url.pathname)}${url.search}`;
  store.requests.push(line);
  const sent = await textOf(request);
  const signature = request.headers.authorization;
  const isElsewhere = signature !== undefined && !signature.includes(`/${store.onlyRegion ?? ""}`);
  const error = isElsewhere ? otherRegion : store.errors.find(({ when }) => when.test(line));
  const isAnonymous = signature === undefined && url.pathname !== "/";
  const done = () => (isAnonymous ? withoutKeys(store, url) : work(store, request.method ?? "", url, sent));
  const { status, body, headers } =
    error === undefined ? done() : refusal(error.status, error.code, error.message);
  response.writeHead(status, { "content-type": "application/xml", ...headers }).end(body);
}

const otherRegion = { status: 400, code: "AuthorizationHeaderMalformed", message: "" };

/** As RGW tells of buckets to anybody. */
function withoutKeys({ location }: FakeS3, { pathname }: URL): Answer {
  const isOther = pathname.startsWith("/nobodys-");
  return location === undefined || isOther ? refusal(404, "NoSuchBucket") : refusal(403, "AccessDenied");
}

function work(store: FakeS3, method: string, url: URL, sent: string): Answer {
  if (url.pathname === "/") return listOfBuckets(store);
  if (url.searchParams.has("location")) return locationOf(store);
  if (url.searchParams.has("acl")) return aclOf(store);
  if (url.searchParams.has("policy")) return policyOf(store);
  if (url.searchParams.has("lifecycle")) return lifecycleOf(store);
  if (url.searchParams.has("versioning")) return versioningOf(store);
  if (url.searchParams.has("versions")) return listOfVersions(store, url.searchParams);
  if (url.searchParams.has("uploads")) return listOfUploads(store, url.searchParams);
  if (url.searchParams.get("list-type") === "2") return listOfObjects(store, url.searchParams);
  const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
  if (key === "") return bucketItself(store, method);
  if (method === "PUT") return put(store, key, sent);
  if (method === "DELETE") return remove(store, key, url.searchParams);
  const object = method === "GET" ? store.objects.get(key) : "";
  return object === undefined ? refusal(404, "NoSuchKey") : { status: 200, body: object };
}

function bucketItself(store: FakeS3, method: string): Answer {
  if (method === "HEAD") return { status: 200, body: "", headers: store.head };
  if (method !== "DELETE") return { status: 200, body: "" };
  const isEmpty = [store.objects.size, store.versions.length, store.uploads.length].every(
    (size) => size === 0,
  );
  return isEmpty ? { status: 204, body: "" } : refusal(409, "BucketNotEmpty");
}

function put(store: FakeS3, key: string, sent: string): Answer {
  store.objects.set(key, sent);
  return { status: 200, body: "", headers: newVersion(store, key, false) };
}

function remove(store: FakeS3, key: string, query: URLSearchParams): Answer {
  const upload = query.get("uploadId");
  if (upload !== null) {
    store.uploads = store.uploads.filter(({ id }) => id !== upload);
    return { status: 204, body: "" };
  }
  const version = query.get("versionId");
  if (version !== null && version !== "null") {
    store.versions = store.versions.filter(({ id }) => id !== version);
    if (!store.versions.some((left) => left.key === key && !left.isMarker)) store.objects.delete(key);
    return { status: 204, body: "" };
  }
  store.objects.delete(key);
  if (store.versioning !== "Enabled") return { status: 204, body: "" };
  const headers = { ...newVersion(store, key, true), "x-amz-delete-marker": "true" };
  return { status: 204, body: "", headers };
}

function newVersion(store: FakeS3, key: string, isMarker: boolean): Record<string, string> {
  if (store.versioning !== "Enabled") return {};
  versionsMade += 1;
  const id = `v${versionsMade}`;
  store.versions.push({ key, id, isMarker });
  return { "x-amz-version-id": id };
}

let versionsMade = 0;

function versioningOf({ versioning }: FakeS3): Answer {
  const status = versioning === "" ? "" : `<Status>${versioning}</Status>`;
  return xml(`<VersioningConfiguration>${status}</VersioningConfiguration>`);
}

/** Of a bucket without versions each object is one, called null. */
function listOfVersions(store: FakeS3, query: URLSearchParams): Answer {
  const [prefix, marker] = [query.get("prefix") ?? "", query.get("key-marker") ?? ""];
  const unversioned = [...store.objects.keys()].map((key) => ({ key, id: "null", isMarker: false }));
  const all = (store.versioning === "" ? unversioned : store.versions)
    .filter(({ key }) => key.startsWith(prefix) && key > marker)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = all.slice(0, store.pageSize);
  const listed = page.map(({ key, id, isMarker }) => {
    const name = upTo(query.get("delimiter"), key, prefix);
    if (name !== key) return `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`;
    const [kind, bytes] = [
      isMarker ? "DeleteMarker" : "Version",
      Buffer.byteLength(store.objects.get(key) ?? ""),
    ];
    const modified = (store.modified.get(key) ?? new Date()).toISOString();
    return `<${kind}><Key>${key}</Key><VersionId>${id}</VersionId><Size>${bytes}</Size><LastModified>${modified}</LastModified></${kind}>`;
  });
  const more = `<IsTruncated>${all.length > page.length}</IsTruncated><NextKeyMarker>${page.at(-1)?.key ?? ""}</NextKeyMarker>`;
  return xml(`<ListVersionsResult>${listed.join("")}${more}</ListVersionsResult>`);
}

function listOfUploads({ uploads }: FakeS3, query: URLSearchParams): Answer {
  const listed = uploads
    .filter(({ key }) => key.startsWith(query.get("prefix") ?? ""))
    .map(
      ({ key, id, initiated }) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
    );
  return xml(`<ListMultipartUploadsResult>${listed.join("")}</ListMultipartUploadsResult>`);
}

function listOfBuckets({ own }: FakeS3): Answer {
  const buckets = own.map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join("");
  return xml(`<ListAllMyBucketsResult>${owner}<Buckets>${buckets}</Buckets></ListAllMyBucketsResult>`);
}

const owner = "<Owner><ID>us</ID><DisplayName>CNPG</DisplayName></Owner>";

function aclOf({ acl }: FakeS3): Answer {
  const grants = ["us", ...acl.others].map(
    (id) =>
      `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${id}</ID>` +
      "</Grantee><Permission>FULL_CONTROL</Permission></Grant>",
  );
  const list = `<AccessControlList>${grants.join("")}</AccessControlList>`;
  return xml(`<AccessControlPolicy>${owner}${list}</AccessControlPolicy>`);
}

function locationOf({ location }: FakeS3): Answer {
  if (location === undefined) return refusal(404, "NoSuchBucket");
  return xml(
    `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${location}</LocationConstraint>`,
  );
}

function policyOf({ policy }: FakeS3): Answer {
  return policy === "" ? refusal(404, "NoSuchBucketPolicy") : { status: 200, body: policy };
}

function lifecycleOf({ lifecycle }: FakeS3): Answer {
  if (lifecycle === "") return refusal(404, "NoSuchLifecycleConfiguration");
  return xml(`<LifecycleConfiguration>${lifecycle}</LifecycleConfiguration>`);
}

/** As of real stores, a page ends at max-keys, and its token is where the next one begins. */
function listOfObjects(store: FakeS3, query: URLSearchParams): Answer {
  const [prefix, token] = [query.get("prefix") ?? "", query.get("continuation-token") ?? ""];
  const after = query.get("start-after") ?? "";
  const below = [...store.objects.keys()].filter((key) => key.startsWith(prefix) && key > after);
  const keys = [...new Set(below.map((key) => upTo(query.get("delimiter"), key, prefix)))]
    .filter((key) => key >= token)
    .sort();
  const size = Math.min(store.pageSize, Number(query.get("max-keys") ?? 1000));
  const next = keys[size];
  const contents = keys.slice(0, size).map((key) => {
    if (!store.objects.has(key)) return `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`;
    const modified = store.modified.get(key) ?? new Date();
    const bytes = Buffer.byteLength(store.objects.get(key) ?? "");
    return `<Contents><Key>${key}</Key><Size>${bytes}</Size><LastModified>${modified.toISOString()}</LastModified></Contents>`;
  });
  const more = `<IsTruncated>${next !== undefined}</IsTruncated>`;
  const nextToken = next === undefined ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return xml(`<ListBucketResult>${contents.join("")}${more}${nextToken}</ListBucketResult>`);
}

/** An object's name, or that of the folder it is in if there is one below the prefix. */
function upTo(delimiter: string | null, key: string, prefix: string): string {
  const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? key : key.slice(0, end + 1);
}

function refusal(status: number, code: string, message = ""): Answer {
  return { ...xml(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`), status };
}

function xml(body: string): Answer {
  return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
}
