import { shown } from "../../pulumi/arguments.ts";
import type { Inspection } from "./drift.ts";

/** What there is to tell about an RGW user that no update corrects, since somebody else may have a reason for it. */
export function userNotes(uid: string, found: Inspection): string[] {
  return [
    ...refusedOperations(uid, found),
    ...(found.isOwn ? [...undeclared(uid, found), ...shared(uid, found)] : []),
  ];
}

function refusedOperations(uid: string, { refuses }: Inspection): string[] {
  if (refuses.length === 0) return [];
  const allow = `radosgw-admin user modify --uid ${shellWord(uid)} --op-mask=read,write,delete`;
  return [
    `RGW user ${shown(uid)} may not ${refuses.join(" or ")}: somebody has set its op mask so, and backups need all three ` +
      `operations. Ask why. To allow them again, as an administrator on the Ceph host: \`${allow}\``,
  ];
}

function undeclared(uid: string, { otherKeys }: Inspection): string[] {
  if (otherKeys === 0) return [];
  return [
    `RGW user ${shown(uid)} has keys (${otherKeys}) that no stack has declared. They can read and delete all backups, ` +
      "and this stack leaves them alone. If nobody needs them, let the next `pulumi up` end them: `pulumi config set " +
      "--path cnpg-rgw:rgwUser.existingKeys revoke`",
  ];
}

function shared(uid: string, { owners }: Inspection): string[] {
  if (owners.length === 0) return [];
  return [
    `RGW user ${shown(uid)} is used by stack ${owners.join(" and stack ")}, too. Each stack ends its own keys only, but ` +
      "its limits and its name are those of the last `pulumi up`. If that stack is gone for good: `pulumi config set " +
      `--path cnpg-rgw:rgwUser.takeOverFrom ${owners[0] ?? ""}\``,
  ];
}

/** The uid in a command to be copied; one of other characters is the reader's to quote. */
function shellWord(uid: string): string {
  if (/^[\w.-]+$/.test(uid)) return uid;
  return /^[\w.$-]+$/.test(uid) ? `'${uid}'` : "UID";
}
