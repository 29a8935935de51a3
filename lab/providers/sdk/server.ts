import grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { engineLog } from "./engine.ts";
import { StatusError, toServiceError, unknownToken } from "./errors.ts";
import { engineAddressFromArguments, servePlugin } from "./plugin.ts";
import type { ProviderDefinition } from "./provider.ts";
import { ResourceService } from "./resources.ts";
import { checkResponse, diffResponse } from "./responses.ts";
import { fromStruct, markSecretsLike, toStruct, unwrap, type Props } from "./values.ts";

/** Serves the provider to the engine until the engine ends this process. */
export async function serve(definition: ProviderDefinition): Promise<void> {
  await servePlugin(providerGrpc.ResourceProviderService, providerServer(definition));
}

export function providerServer(definition: ProviderDefinition): providerGrpc.IResourceProviderServer {
  let engineAddress = engineAddressFromArguments();
  const cancellation = new AbortController();
  const resources = new ResourceService(definition, cancellation.signal);
  return {
    ...unsupported(definition),
    handshake: unary(async (request: providerProto.ProviderHandshakeRequest) => {
      engineAddress = request.getEngineAddress();
      return Promise.resolve(new providerProto.ProviderHandshakeResponse().setAcceptSecrets(true));
    }),
    attach: unary(async (request: pluginProto.PluginAttach) => {
      engineAddress = request.getAddress();
      return Promise.resolve(new emptyProto.Empty());
    }),
    getPluginInfo: unary(async () =>
      Promise.resolve(new pluginProto.PluginInfo().setVersion(definition.version)),
    ),
    getSchema: unary(async () =>
      Promise.resolve(new providerProto.GetSchemaResponse().setSchema(emptySchema(definition))),
    ),
    checkConfig: unary(async (request: providerProto.CheckRequest) => {
      const news = fromStruct(request.getNews());
      const args = { olds: unwrap(fromStruct(request.getOlds())), news: unwrap(news) };
      return checkResponse((await definition.checkConfig?.(args)) ?? { inputs: args.news }, news);
    }),
    diffConfig: unary(async (request: providerProto.DiffRequest) => {
      if (definition.diffConfig === undefined) throw new StatusError(grpc.status.UNIMPLEMENTED, "DiffConfig");
      const olds = unwrap(fromStruct(request.getOldInputs()));
      return diffResponse(await definition.diffConfig({ olds, news: unwrap(fromStruct(request.getNews())) }));
    }),
    configure: unary(async (request: providerProto.ConfigureRequest) => {
      const config = withoutEngineOptions(unwrap(fromStruct(request.getArgs())));
      await definition.configure?.(
        config,
        engineLog(() => engineAddress),
      );
      return new providerProto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    invoke: unary(async (request: providerProto.InvokeRequest) => {
      const token = request.getTok();
      if (definition.invoke === undefined) throw unknownToken(definition, "function", token);
      const args = fromStruct(request.getArgs());
      const result = await definition.invoke(token, unwrap(args));
      return new providerProto.InvokeResponse().setReturn(toStruct(markSecretsLike(result, args)));
    }),
    check: unary(async (request: providerProto.CheckRequest) => resources.check(request)),
    diff: unary(async (request: providerProto.DiffRequest) => resources.diff(request)),
    create: unary(
      async (request: providerProto.CreateRequest) => resources.create(request),
      (request) => fromStruct(request.getProperties()),
    ),
    read: unary(
      async (request: providerProto.ReadRequest) => resources.read(request),
      (request) => fromStruct(request.getInputs()),
    ),
    update: unary(
      async (request: providerProto.UpdateRequest) => resources.update(request),
      (request) => fromStruct(request.getNews()),
    ),
    delete: unary(async (request: providerProto.DeleteRequest) => resources.delete(request)),
    cancel: unary(async () => {
      cancellation.abort();
      return Promise.resolve(new emptyProto.Empty());
    }),
  };
}

/** Runs an async handler as a gRPC one. `secrets` gives the inputs whose marks an error must keep. */
function unary<Request, Response>(
  handle: (request: Request) => Promise<Response>,
  secrets: (request: Request) => Props = () => ({}),
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handle(call.request).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(toServiceError(error, secrets(call.request)));
      },
    );
  };
}

function unsupported(definition: ProviderDefinition) {
  const refuse = (method: string) => ({
    code: grpc.status.UNIMPLEMENTED,
    details: `the lab's own ${definition.name} provider does not support ${method}`,
  });
  return {
    parameterize: unary(async () => Promise.reject(statusError(refuse("Parameterize")))),
    call: unary(async () => Promise.reject(statusError(refuse("Call")))),
    construct: unary(async () => Promise.reject(statusError(refuse("Construct")))),
    getMapping: unary(async () => Promise.resolve(new providerProto.GetMappingResponse())),
    getMappings: unary(async () => Promise.resolve(new providerProto.GetMappingsResponse())),
    list: (call: grpc.ServerWritableStream<providerProto.ListRequest, providerProto.ListResponse>) => {
      call.destroy(statusError(refuse("List")));
    },
  };
}

function statusError(status: { code: grpc.status; details: string }): StatusError {
  return new StatusError(status.code, status.details);
}

/** Options that belong to the engine, not to the provider. */
const ENGINE_OPTIONS = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];

function withoutEngineOptions(config: Props): Props {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !ENGINE_OPTIONS.includes(key)));
}

function emptySchema(definition: ProviderDefinition): string {
  return JSON.stringify({ name: definition.name, version: definition.version });
}
