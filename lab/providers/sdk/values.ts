import structProto from "google-protobuf/google/protobuf/struct_pb.js";

/** A resource's properties as plain JavaScript values. */
export type Props = Record<string, unknown>;

/** Stands for a value that is not known yet (an output of something that a preview has not created). */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A value that the engine must keep encrypted in its state and hide in its output. */
export class Secret {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** Marks an output as secret. Not needed for an output that has the name of a secret input. */
export function secret(value: unknown): Secret {
  return new Secret(value);
}

// Pulumi's property wire format: constants of its protocol (sdk/proto, "Property values").
const UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

type Json = null | boolean | number | string | Json[] | JsonObject;
// An interface, since a type alias cannot refer to itself through Record.
interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** Wire struct to values: secrets become `Secret`, the sentinel becomes `UNKNOWN`. */
export function fromStruct(struct: structProto.Struct | undefined): Props {
  const decoded = decode(struct?.toJavaScript() ?? {});
  return isObject(decoded) ? decoded : {};
}

function decode(value: unknown): unknown {
  if (value === UNKNOWN_SENTINEL) return UNKNOWN;
  if (Array.isArray(value)) return value.map(decode);
  if (!isObject(value)) return value;
  if (value[SIGNATURE_KEY] === SECRET_SIGNATURE) return new Secret(decode(value.value));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
}

/** Values to wire struct. A property that is `undefined` is left out. */
export function toStruct(props: Props): structProto.Struct {
  const encoded = encode(props, "");
  if (encoded === undefined || !isObject(encoded)) throw new TypeError("properties must be an object");
  return structProto.Struct.fromJavaScript(encoded);
}

function encode(value: unknown, path: string): Json | undefined {
  if (value === undefined) return undefined;
  if (value === UNKNOWN) return UNKNOWN_SENTINEL;
  if (value instanceof Secret) {
    return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: encode(value.value, path) ?? null };
  }
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, i) => encode(item, `${path}[${i}]`) ?? null);
  if (isObject(value)) return encodeObject(value, path);
  throw new TypeError(`property ${path || "(root)"} has a ${typeof value}, which Pulumi cannot store`);
}

function encodeObject(value: Props, path: string): JsonObject {
  const result: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    const encoded = encode(inner, path === "" ? key : `${path}.${key}`);
    if (encoded !== undefined) result[key] = encoded;
  }
  return result;
}

/** The same values without their secret marks. */
export function unwrap(props: Props): Props {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, unwrapValue(value)]));
}

function unwrapValue(value: unknown): unknown {
  if (value instanceof Secret) return unwrapValue(value.value);
  if (Array.isArray(value)) return value.map(unwrapValue);
  return isObject(value) ? unwrap(value) : value;
}

export function containsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isObject(value) && Object.values(value).some(containsSecret);
}

export function containsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isObject(value) && Object.values(value).some(containsUnknown);
}

/**
 * Marks as secret in `target` what is secret under the same name in `source`, at every depth: a secret within a
 * secret stays one, as with the official plugins. A list is marked as a whole, since its order may have changed.
 */
export function markSecretsLike(target: Props, source: Props): Props {
  return Object.fromEntries(
    Object.entries(target).map(([key, value]) => [key, markedLike(value, source[key])]),
  );
}

function markedLike(value: unknown, source: unknown): unknown {
  if (!containsSecret(source)) return value;
  const [inner, original] = [withoutMark(value), withoutMark(source)];
  const areObjects = isObject(inner) && isObject(original);
  const marked = areObjects ? markSecretsLike(inner, original) : inner;
  const isMarked = value instanceof Secret || source instanceof Secret;
  return isMarked || !areObjects ? new Secret(marked) : marked;
}

function withoutMark(value: unknown): unknown {
  return value instanceof Secret ? withoutMark(value.value) : value;
}

/** `markSecretsLike` for outputs. The inputs that the plugins keep among them, `__inputs`, are marked as inputs are. */
export function markOutputs(outputs: Props, inputs: Props): Props {
  const marked = markSecretsLike(outputs, inputs);
  if (outputs.__inputs === undefined) return marked;
  return { ...marked, __inputs: markedLike(outputs.__inputs, inputs) };
}
