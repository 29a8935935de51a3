import { barmanPlugin } from "../../archive/barman.ts";
import { usesPlugin } from "../defaults.ts";
import type { Plan } from "./plan.ts";

/** What a user types to take a base backup of the primary. */
export function backupCommand({ namespace, clusterName, scheduledBackup: { method } }: Plan): string {
  const how = usesPlugin(method) ? ` --method plugin --plugin-name ${barmanPlugin}` : "";
  return `kubectl cnpg backup ${clusterName} -n ${namespace} --backup-target primary${how}`;
}
