import { randomBytes } from "node:crypto";
import {
  annotations,
  isAnnotated,
  isNamed,
  nameInUrn,
  nameOf,
  valueAt,
  withAnnotation,
  withMetadata,
  type KubeObject,
} from "./object.ts";

/** `name-1a2b3c4d`: unique, so that a replacement can be made before the old object is deleted. */
export function autoname(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

/** Gives an object without a name the one that it had, or a fresh one, and notes that it was not the user's choice. */
export function nameObject(news: KubeObject, olds: KubeObject | undefined, urn: string): KubeObject {
  if (isNamed(news)) return news;
  if (valueAt(news, "metadata", "generateName") !== undefined) {
    throw new Error(
      "metadata.generateName is not supported with server-side apply; leave it out to be autonamed",
    );
  }
  if (olds !== undefined && !isAnnotated(olds, annotations.autonamed)) return news;
  const name = (olds === undefined ? undefined : nameOf(olds)) ?? autoname(nameInUrn(urn));
  return withAnnotation(withMetadata(news, { name }), annotations.autonamed, "true");
}
