import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { messageOf, notImplemented } from "../../../../../lab/providers/sdk/errors.ts";
import type { ProviderDefinition } from "../../../../../lab/providers/sdk/provider.ts";
import { ResourceService } from "../../../../../lab/providers/sdk/resources.ts";
import { diffResponse } from "../../../../../lab/providers/sdk/responses.ts";
import { fromStruct, isObject, unwrap, type Props } from "../../../../../lab/providers/sdk/values.ts";
import type { RecordedCall } from "./recorded.ts";

export interface Answer {
  response: Props | null;
  /** What was thrown, as it was thrown. */
  error?: unknown;
  message?: string;
}

/** Sends the request of a recorded call to a stand-in, over the protocol's own messages. */
export async function ask(
  definition: ProviderDefinition,
  { method, request }: Pick<RecordedCall, "method" | "request">,
): Promise<Answer> {
  const service = new ResourceService(definition, new AbortController().signal);
  try {
    return { response: await methods[method](service, request, definition) };
  } catch (error) {
    return { response: null, error, message: messageOf(error) };
  }
}

type Method = (service: ResourceService, request: Props, definition: ProviderDefinition) => Promise<Props>;

const methods: Record<RecordedCall["method"], Method> = {
  Check: async (service, request) => {
    const sent = new providerProto.CheckRequest()
      .setUrn(text(request.urn))
      .setOlds(structOf(request.olds))
      .setNews(structOf(request.news));
    const response = await service.check(sent);
    const failures = response.getFailuresList().map((failure) => failure.toObject());
    return { inputs: json(response.getInputs()), ...(failures.length === 0 ? {} : { failures }) };
  },
  Diff: async (service, request) => {
    const sent = new providerProto.DiffRequest()
      .setId(text(request.id))
      .setUrn(text(request.urn))
      .setOlds(structOf(request.olds))
      .setOldInputs(structOf(request.oldInputs))
      .setNews(structOf(request.news));
    return readDiff(await service.diff(sent));
  },
  DiffConfig: async (_service, request, definition) => {
    if (definition.diffConfig === undefined) throw notImplemented("DiffConfig");
    const sides = { olds: opened(request.oldInputs), news: opened(request.news) };
    return readDiff(diffResponse(await definition.diffConfig(sides)));
  },
  Create: async (service, request) => {
    const sent = new providerProto.CreateRequest()
      .setUrn(text(request.urn))
      .setProperties(structOf(request.properties))
      .setTimeout(Number(request.timeout ?? 0))
      .setPreview(request.preview === true);
    const response = await service.create(sent);
    const id = response.getId();
    return { ...(id === "" ? {} : { id }), properties: json(response.getProperties()) };
  },
  Read: async (service, request) => {
    const sent = new providerProto.ReadRequest()
      .setId(text(request.id))
      .setUrn(text(request.urn))
      .setProperties(structOf(request.properties))
      .setInputs(structOf(request.inputs));
    const response = await service.read(sent);
    if (response.getId() === "") return {};
    return {
      id: response.getId(),
      properties: json(response.getProperties()),
      inputs: json(response.getInputs()),
    };
  },
  Update: async (service, request) => {
    const sent = new providerProto.UpdateRequest()
      .setId(text(request.id))
      .setUrn(text(request.urn))
      .setOlds(structOf(request.olds))
      .setOldInputs(structOf(request.oldInputs))
      .setNews(structOf(request.news))
      .setTimeout(Number(request.timeout ?? 0))
      .setPreview(request.preview === true);
    return { properties: json((await service.update(sent)).getProperties()) };
  },
  Delete: async (service, request) => {
    const sent = new providerProto.DeleteRequest()
      .setId(text(request.id))
      .setUrn(text(request.urn))
      .setProperties(structOf(request.properties))
      .setOldInputs(structOf(request.oldInputs));
    await service.delete(sent);
    return {};
  },
};

function readDiff(response: providerProto.DiffResponse): Props {
  const { DiffChanges } = providerProto.DiffResponse;
  const { Kind } = providerProto.PropertyDiff;
  const nameIn = (names: object, wanted: number) =>
    Object.entries(names).find(([, value]) => value === wanted)?.[0];
  const details: Props = {};
  response.getDetaileddiffMap().forEach((detail, path) => {
    const kind = nameIn(Kind, detail.getKind());
    // As JSON has it, which leaves out what is 0 or false.
    details[path] = {
      ...(kind === "ADD" ? {} : { kind }),
      ...(detail.getInputdiff() ? { inputDiff: true } : {}),
    };
  });
  const parts: Props = {
    changes: nameIn(DiffChanges, response.getChanges()),
    replaces: response.getReplacesList(),
    diffs: response.getDiffsList(),
    detailedDiff: details,
    hasDetailedDiff: response.getHasdetaileddiff(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === false || (isObject(value) && Object.keys(value).length === 0);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function structOf(value: unknown): structProto.Struct {
  const plain: unknown = JSON.parse(JSON.stringify(value ?? {}));
  if (!isPlain(plain)) throw new Error("properties are no object");
  return structProto.Struct.fromJavaScript(plain);
}

/** A recorded state without its secret marks. */
export function opened(state: unknown): Props {
  return unwrap(fromStruct(structOf(state)));
}

function isPlain(value: unknown): value is Record<string, structProto.JavaScriptValue> {
  return isObject(value);
}

function json(value: structProto.Struct | undefined): Props {
  return value?.toJavaScript() ?? {};
}
