import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import type { ProviderDefinition } from "./provider.ts";
import { markOutputs, markSecretsLike, toStruct, type Props } from "./values.ts";

/** A failure with a gRPC status that the engine understands. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: grpc.status;
  constructor(code: grpc.status, message: string) {
    super(message);
    this.code = code;
  }
}

/** The object was created or changed, but is not well: the engine stores it and shows the reasons. */
export class InitializationError extends Error {
  override readonly name = "InitializationError";
  readonly id: string;
  readonly outputs: Props;
  /** Undefined: the engine keeps those that it sent. */
  readonly inputs: Props | undefined;
  readonly reasons: string[];
  /** `reason` is the message; `more` are the causes that the engine lists below it. */
  constructor(resource: { id: string; inputs?: Props; outputs: Props }, reason: string, more: string[] = []) {
    super(reason);
    this.id = resource.id;
    this.inputs = resource.inputs;
    this.outputs = resource.outputs;
    this.reasons = [reason, ...more];
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whatever a provider threw, as a gRPC status. `secrets` are inputs whose marks a half-made resource must keep. */
export function toServiceError(error: unknown, secrets: Props = {}): Partial<grpc.StatusObject> {
  const details = messageOf(error);
  if (error instanceof InitializationError) {
    return { code: grpc.status.UNKNOWN, details, metadata: initializationDetails(error, secrets) };
  }
  return { code: error instanceof StatusError ? error.code : grpc.status.UNKNOWN, details };
}

function initializationDetails(error: InitializationError, secrets: Props): grpc.Metadata {
  const failure = new providerProto.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(markOutputs(error.outputs, secrets)))
    .setReasonsList(error.reasons);
  if (error.inputs !== undefined) failure.setInputs(toStruct(markSecretsLike(error.inputs, secrets)));
  const detail = new anyProto.Any();
  detail.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status().setCode(grpc.status.UNKNOWN).setMessage(error.message);
  status.addDetails(detail);
  const metadata = new grpc.Metadata();
  // gRPC's name for structured error details: the engine reads the half-made resource from it.
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

export function notImplemented(method: string): StatusError {
  return new StatusError(grpc.status.UNIMPLEMENTED, `${method} is not implemented`);
}

export function unknownToken(definition: ProviderDefinition, kind: string, token: string): StatusError {
  return new StatusError(
    grpc.status.NOT_FOUND,
    `the lab's own ${definition.name} provider does not know the ${kind} ${token}: it implements what this ` +
      `project declares; install the official plugin with 'pulumi plugin install resource ${definition.name} ${definition.version}'`,
  );
}
