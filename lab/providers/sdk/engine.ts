import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";

/** Messages to the engine, which shows them at the resource `urn`, or at the stack without one. */
export interface Log {
  debug(message: string, urn?: string): void;
  info(message: string, urn?: string): void;
  warning(message: string, urn?: string): void;
  error(message: string, urn?: string): void;
}

/** Logs through the engine at `address()`; to stderr while there is none. */
export function engineLog(address: () => string | undefined): Log {
  let client: { address: string; stub: engineGrpc.EngineClient } | undefined;
  const send = (severity: engineProto.LogSeverity, message: string, urn = "") => {
    const target = address();
    if (target === undefined) {
      process.stderr.write(`${message}\n`);
      return;
    }
    if (client?.address !== target) {
      client = {
        address: target,
        stub: new engineGrpc.EngineClient(target, grpc.credentials.createInsecure()),
      };
    }
    const request = new engineProto.LogRequest().setSeverity(severity).setMessage(message).setUrn(urn);
    client.stub.log(request, (error) => {
      if (error !== null) process.stderr.write(`${message}\n`);
    });
  };
  const severity = engineProto.LogSeverity;
  return {
    debug: (message, urn) => {
      send(severity.DEBUG, message, urn);
    },
    info: (message, urn) => {
      send(severity.INFO, message, urn);
    },
    warning: (message, urn) => {
      send(severity.WARNING, message, urn);
    },
    error: (message, urn) => {
      send(severity.ERROR, message, urn);
    },
  };
}
