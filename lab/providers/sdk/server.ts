import grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { engineLog } from "./engine.ts";
import { notImplemented, StatusError, unknownToken } from "./errors.ts";
import { engineAddressFromArguments, servePlugin } from "./plugin.ts";
import type { ProviderDefinition } from "./provider.ts";
import { ResourceService } from "./resources.ts";
import { checkResponse, diffResponse } from "./responses.ts";
import { unary } from "./unary.ts";
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
    handshake: unary((request: providerProto.ProviderHandshakeRequest) => {
      engineAddress = request.getEngineAddress();
      return new providerProto.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),
    attach: unary((request: pluginProto.PluginAttach) => {
      engineAddress = request.getAddress();
      return new emptyProto.Empty();
    }),
    getPluginInfo: unary(() => new pluginProto.PluginInfo().setVersion(definition.version)),
    getSchema: unary(() => new providerProto.GetSchemaResponse().setSchema(emptySchema(definition))),
    checkConfig: unary(async (request: providerProto.CheckRequest) => {
      const news = fromStruct(request.getNews());
      const args = { olds: unwrap(fromStruct(request.getOlds())), news: unwrap(news) };
      return checkResponse((await definition.checkConfig?.(args)) ?? { inputs: args.news }, news);
    }),
    diffConfig: unary(async (request: providerProto.DiffRequest) => {
      if (definition.diffConfig === undefined) throw notImplemented("DiffConfig");
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
    check: unary((request: providerProto.CheckRequest) => resources.check(request)),
    diff: unary((request: providerProto.DiffRequest) => resources.diff(request)),
    create: unary(
      (request: providerProto.CreateRequest) => resources.create(request),
      (request) => fromStruct(request.getProperties()),
    ),
    read: unary(
      (request: providerProto.ReadRequest) => resources.read(request),
      (request) => fromStruct(request.getInputs()),
    ),
    update: unary(
      (request: providerProto.UpdateRequest) => resources.update(request),
      (request) => fromStruct(request.getNews()),
    ),
    delete: unary((request: providerProto.DeleteRequest) => resources.delete(request)),
    cancel: unary(() => {
      cancellation.abort(new StatusError(grpc.status.CANCELLED, "cancelled"));
      return new emptyProto.Empty();
    }),
  };
}

function unsupported(definition: ProviderDefinition) {
  const refuse = (method: string) =>
    new StatusError(
      grpc.status.UNIMPLEMENTED,
      `the lab's own ${definition.name} provider does not support ${method}`,
    );
  const refuseUnary = (method: string) =>
    unary((): never => {
      throw refuse(method);
    });
  return {
    parameterize: refuseUnary("Parameterize"),
    call: refuseUnary("Call"),
    construct: refuseUnary("Construct"),
    getMapping: unary(() => new providerProto.GetMappingResponse()),
    getMappings: unary(() => new providerProto.GetMappingsResponse()),
    list: (call: { destroy(error: Error): void }) => {
      call.destroy(refuse("List"));
    },
  };
}

/** Options that belong to the engine, not to the provider. */
const ENGINE_OPTIONS = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];

function withoutEngineOptions(config: Props): Props {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !ENGINE_OPTIONS.includes(key)));
}

function emptySchema(definition: ProviderDefinition): string {
  return JSON.stringify({ name: definition.name, version: definition.version });
}
