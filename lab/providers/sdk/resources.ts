import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { unknownToken } from "./errors.ts";
import type { Operation, ProviderDefinition, Resource } from "./provider.ts";
import { checkResponse, diffResponse } from "./responses.ts";
import { fromStruct, markOutputs, markSecretsLike, toStruct, unwrap } from "./values.ts";

/** The resource half of the provider protocol: finds the resource type, and keeps secret marks around it. */
export class ResourceService {
  readonly #definition: ProviderDefinition;
  readonly #cancelled: AbortSignal;

  constructor(definition: ProviderDefinition, cancelled: AbortSignal) {
    this.#definition = definition;
    this.#cancelled = cancelled;
  }

  async check(request: providerProto.CheckRequest): Promise<providerProto.CheckResponse> {
    const urn = request.getUrn();
    const news = fromStruct(request.getNews());
    const olds = unwrap(fromStruct(request.getOlds()));
    return checkResponse(await this.#resource(urn).check({ urn, olds, news: unwrap(news) }), news);
  }

  async diff(request: providerProto.DiffRequest): Promise<providerProto.DiffResponse> {
    const urn = request.getUrn();
    const marked = { state: fromStruct(request.getOlds()), news: fromStruct(request.getNews()) };
    return diffResponse(
      await this.#resource(urn).diff({
        id: request.getId(),
        urn,
        state: unwrap(marked.state),
        olds: unwrap(fromStruct(request.getOldInputs())),
        news: unwrap(marked.news),
        marked,
      }),
    );
  }

  async create(request: providerProto.CreateRequest): Promise<providerProto.CreateResponse> {
    const inputs = fromStruct(request.getProperties());
    const resource = this.#resource(request.getUrn());
    const { id, outputs } = await resource.create({
      ...this.#operation(request),
      inputs: unwrap(inputs),
      preview: request.getPreview(),
    });
    return new providerProto.CreateResponse().setId(id).setProperties(toStruct(markOutputs(outputs, inputs)));
  }

  async read(request: providerProto.ReadRequest): Promise<providerProto.ReadResponse> {
    const resource = this.#resource(request.getUrn());
    const inputs = fromStruct(request.getInputs());
    const state = fromStruct(request.getProperties());
    const found =
      resource.read === undefined
        ? { id: request.getId(), inputs, outputs: state }
        : await resource.read({
            ...this.#operation(request),
            id: request.getId(),
            inputs: unwrap(inputs),
            state: unwrap(state),
          });
    // An empty id says that the resource is gone.
    if (found === undefined) return new providerProto.ReadResponse();
    return new providerProto.ReadResponse()
      .setId(found.id)
      .setInputs(toStruct(markSecretsLike(found.inputs, inputs)))
      .setProperties(
        toStruct(markOutputs(markSecretsLike(found.outputs, { ...state, __inputs: undefined }), inputs)),
      );
  }

  async update(request: providerProto.UpdateRequest): Promise<providerProto.UpdateResponse> {
    const news = fromStruct(request.getNews());
    const resource = this.#resource(request.getUrn());
    const outputs = await resource.update({
      ...this.#operation(request),
      id: request.getId(),
      state: unwrap(fromStruct(request.getOlds())),
      olds: unwrap(fromStruct(request.getOldInputs())),
      news: unwrap(news),
      preview: request.getPreview(),
    });
    return new providerProto.UpdateResponse().setProperties(toStruct(markOutputs(outputs, news)));
  }

  async delete(request: providerProto.DeleteRequest): Promise<emptyProto.Empty> {
    await this.#resource(request.getUrn()).delete({
      ...this.#operation(request),
      id: request.getId(),
      state: unwrap(fromStruct(request.getProperties())),
      inputs: unwrap(fromStruct(request.getOldInputs())),
    });
    return new emptyProto.Empty();
  }

  #resource(urn: string): Resource {
    const type = typeOf(urn);
    const resource = this.#definition.resource(type);
    if (resource === undefined) throw unknownToken(this.#definition, "resource", type);
    return resource;
  }

  #operation(request: { getUrn(): string; getTimeout(): number }): Operation {
    // A signal of its own, since Node warns of more than ten listeners on one.
    return {
      urn: request.getUrn(),
      timeoutSeconds: request.getTimeout(),
      signal: AbortSignal.any([this.#cancelled]),
    };
  }
}

/** The type token in `urn:pulumi:stack::project::parentType$type::name`. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
