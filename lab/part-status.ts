import type { HostName } from "./layout.ts";

/** A part of the lab as `status` shows it. */
export interface PartStatus {
  readonly part: string;
  readonly host: HostName;
  readonly up: boolean;
  /** One line: an address, a health word, or what is wrong. */
  readonly detail: string;
}
