import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";

const NO_LIMIT = -1;
const PARENT_CHECK_MS = 1000;

/**
 * Serves a gRPC service as a Pulumi plugin does: on a free loopback port, whose number goes to stdout as the only
 * line, until the engine ends this process. Ends by itself when the engine is gone (killed with -9, say).
 */
export async function servePlugin(
  service: grpc.ServiceDefinition,
  implementation: grpc.UntypedServiceImplementation,
): Promise<void> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": NO_LIMIT,
    "grpc.max_send_message_length": NO_LIMIT,
  });
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  exitWithParent();
  process.stdout.write(`${port}\n`);
  // Node writes its compile cache when it ends, and the engine ends plugins with a signal.
  setTimeout(flushCompileCache, 1_000).unref();
}

/** The address of the engine, as the engine gives it on the command line. */
export function engineAddressFromArguments(): string | undefined {
  return process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
}

function exitWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_CHECK_MS).unref();
}
