import { messageOf } from "../../sdk/errors.ts";
import { hasReason } from "../cluster/errors.ts";

/** What the API server said; of a field that another manager owns, with the official plugin's advice. */
export function explainConflict(error: unknown, manager: string): string {
  const message = messageOf(error);
  if (!hasReason(error, "Conflict")) return message;
  return (
    "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/" +
    "how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for " +
    `troubleshooting help\nThe resource managed by field manager "${manager}" had an apply conflict: ${message}`
  );
}
