import type grpc from "@grpc/grpc-js";
import { toServiceError } from "./errors.ts";
import type { Props } from "./values.ts";

/**
 * A function, async or not, as a gRPC handler: what it throws becomes a status. `secrets` gives the inputs whose
 * secret marks an error must keep.
 */
export function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
  secrets: (request: Request) => Props = () => ({}),
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(toServiceError(error, secrets(call.request)));
        },
      );
  };
}
