/**
 * What a provider of the lab implements. The engine's side of it (gRPC, secrets, cancellation) is in server.ts.
 */
import type { Diff } from "./diff.ts";
import type { Log } from "./engine.ts";
import type { Props } from "./values.ts";

export { serve } from "./server.ts";
export { diffInputs, noChanges } from "./diff.ts";
export type { Diff, DiffAnswer, DiffKind } from "./diff.ts";
export { checkInputs } from "./check.ts";
export { InitializationError } from "./errors.ts";
export { UNKNOWN, Secret, containsUnknown, isObject, secret } from "./values.ts";
export type { Props } from "./values.ts";
export type { Log } from "./engine.ts";

export interface CheckFailure {
  /** Path of the property, e.g. `connection.host`; empty for the resource as a whole. */
  property: string;
  reason: string;
}

export interface CheckResult {
  /** The inputs that the engine stores and passes to the other methods: defaults filled in. */
  inputs: Props;
  failures?: CheckFailure[];
}

export interface Operation {
  urn: string;
  /** What the user set in `customTimeouts`, in seconds; 0 when nothing is set: use the resource's own default. */
  timeoutSeconds: number;
  /** Aborted when the user cancels (Ctrl-C): stop, and throw. */
  signal: AbortSignal;
}

/**
 * One resource type. All values arrive without secret marks; unknown ones are the symbol UNKNOWN and occur in
 * `check`, in `diff` and in previews only. What was secret as an input stays secret in the output of that name.
 */
export interface Resource {
  /** Refuses what the provider does not know or cannot do. `olds` are the old inputs, empty on create. */
  check(args: { urn: string; olds: Props; news: Props }): Promise<CheckResult>;
  /** `state` are the stored outputs, `olds` the stored inputs, `news` the checked new inputs. */
  diff(args: DiffArguments): Promise<Diff>;
  /** In a preview nothing may be created: return the outputs as far as they are known, and any id. */
  create(args: Operation & { inputs: Props; preview: boolean }): Promise<{ id: string; outputs: Props }>;
  /** The resource as it is; `undefined` when it is gone. Without `read`, refresh believes the stored state. */
  read?(args: Operation & { id: string; inputs: Props; state: Props }): Promise<ReadResult | undefined>;
  update(
    args: Operation & { id: string; state: Props; olds: Props; news: Props; preview: boolean },
  ): Promise<Props>;
  delete(args: Operation & { id: string; state: Props; inputs: Props }): Promise<void>;
}

export interface DiffArguments {
  id: string;
  urn: string;
  state: Props;
  olds: Props;
  news: Props;
  /** The same with their secret marks, for a provider to which a mark is part of the value. */
  marked?: { state: Props; news: Props };
}

export interface ReadResult {
  id: string;
  inputs: Props;
  outputs: Props;
}

export interface ProviderDefinition {
  /** The package name, e.g. `random`. */
  name: string;
  /** The version of the official plugin that this one stands in for. */
  version: string;
  checkConfig?(args: { olds: Props; news: Props }): Promise<CheckResult>;
  /** Default: not implemented, as with most official plugins; the engine then compares for itself. */
  diffConfig?(args: { olds: Props; news: Props }): Promise<Diff>;
  configure?(config: Props, log: Log): Promise<void>;
  /** `undefined` for a type that this provider does not know. */
  resource(type: string): Resource | undefined;
  /** A data source or function, e.g. `kubernetes:yaml:decode`. */
  invoke?(token: string, args: Props): Promise<Props>;
}
