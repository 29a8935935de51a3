import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";

/** Messages to the engine, which shows them at the resource `urn`, or at the stack without one. */
export interface Log {
  debug(message: string, urn?: string): void;
  info(message: string, urn?: string): void;
  warning(message: string, urn?: string): void;
  error(message: string, urn?: string): void;
  /** What the resource is doing right now: shown while it lasts, not kept. */
  status(message: string, urn?: string): void;
}

/** Logs through the engine at `address()`; to stderr while there is none. */
export function engineLog(address: () => string | undefined): Log {
  let client: { address: string; stub: engineGrpc.EngineClient } | undefined;
  const send = (request: engineProto.LogRequest) => {
    const fallBack = () => process.stderr.write(`${request.getMessage()}\n`);
    const target = address();
    if (target === undefined) {
      fallBack();
      return;
    }
    if (client?.address !== target) {
      client = {
        address: target,
        stub: new engineGrpc.EngineClient(target, grpc.credentials.createInsecure()),
      };
    }
    client.stub.log(request, (error) => {
      if (error !== null) fallBack();
    });
  };
  const sender = (severity: engineProto.LogSeverity, ephemeral = false) => {
    return (message: string, urn = "") => {
      send(
        new engineProto.LogRequest()
          .setSeverity(severity)
          .setMessage(message)
          .setUrn(urn)
          .setEphemeral(ephemeral),
      );
    };
  };
  const { DEBUG, INFO, WARNING, ERROR } = engineProto.LogSeverity;
  return {
    debug: sender(DEBUG),
    info: sender(INFO),
    warning: sender(WARNING),
    error: sender(ERROR),
    status: sender(INFO, true),
  };
}
