import { shown } from "../../pulumi/arguments.ts";
import type { Inspection } from "./drift.ts";

/** What to report about an RGW user that no update corrects, since it may be deliberate. */
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
    `RGW user ${shown(uid)} may not ${refuses.join(" or ")}: its op mask was changed by hand, and backups need all three ` +
      `operations. Find out why first. To allow them again, run this on the Ceph host as an administrator: \`${allow}\``,
  ];
}

function undeclared(uid: string, { otherKeys }: Inspection): string[] {
  if (otherKeys === 0) return [];
  return [
    `RGW user ${shown(uid)} has keys (${otherKeys}) that no stack has declared. They can read and delete all backups, ` +
      "and this stack leaves them alone. If they are not in use, have the next `pulumi up` revoke them: `pulumi config " +
      "set --path cnpg-rgw:rgwUser.existingKeys revoke`",
  ];
}

function shared(uid: string, { owners }: Inspection): string[] {
  if (owners.length === 0) return [];
  return [
    `RGW user ${shown(uid)} is also used by stack ${owners.join(" and stack ")}. Each stack revokes only its own keys, but ` +
      "the user's limits and display name are those of the last `pulumi up`. If that stack is gone for good, take the " +
      `user over: \`pulumi config set --path cnpg-rgw:rgwUser.takeOverFrom ${owners[0] ?? ""}\``,
  ];
}

/** The uid in a command to copy. A uid with other characters is left for the reader to quote. */
function shellWord(uid: string): string {
  if (/^[\w.-]+$/.test(uid)) return uid;
  return /^[\w.$-]+$/.test(uid) ? `'${uid}'` : "UID";
}
