import { z } from "zod";

import { asciiJson, fromJson, shown } from "../pulumi/arguments.ts";
import { masked } from "../text/masked.ts";

/** What a statement of a bucket's policy allows to others than its owner. */
export interface PolicyGrant {
  /** Those others, as text. */
  who: string;
  actions: string;

  /** What has to be so, as JSON; undefined: nothing. */
  condition: string | undefined;

  /** Whether the statement lets in anyone, from anywhere. */
  isOpen: boolean;
}

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const principals = z.union([
  z.literal("*").transform(() => ["*"]),
  z.record(z.string(), oneOrMany).transform((byKind) => Object.values(byKind).flat()),
]);
const policySchema = z.object({
  Statement: z.preprocess(
    (value): unknown => (Array.isArray(value) ? value : [value]),
    z.array(
      z.object({
        Effect: z.string(),
        Principal: principals.optional(),
        NotPrincipal: principals.optional(),
        Action: oneOrMany.optional(),
        NotAction: oneOrMany.optional(),
        Condition: z.unknown().optional(),
      }),
    ),
  ),
});
type Statement = z.output<typeof policySchema>["Statement"][number];

/** What a policy allows to others than the bucket's owner, by statement. */
export function grantsToOthers(policy: string, owner: string | undefined): PolicyGrant[] {
  const parsed = policySchema.safeParse(fromJson(policy));
  return (parsed.data?.Statement ?? []).flatMap((statement) => {
    const who = othersIn(statement, owner);
    const { Action, NotAction } = statement;
    const actions = Action?.join(", ") ?? `everything but ${NotAction?.join(", ") ?? "nothing"}`;
    if (who === undefined) return [];
    const condition = conditionOf(statement);
    const isOpen = who.startsWith("everyone") && !saysWhoOrWhere(statement.Condition);
    return [{ who, actions, condition, isOpen }];
  });
}

function othersIn(statement: Statement, owner: string | undefined): string | undefined {
  const { Effect, Principal, NotPrincipal } = statement;
  if (Effect !== "Allow") return undefined;
  if (NotPrincipal) return `everyone but ${shown(NotPrincipal.join(", "))}`;
  if (Principal?.includes("*")) return "everyone";
  const others = (Principal ?? []).filter((principal) => isOther(principal, owner));
  return others.length === 0 ? undefined : shown(others.join(", "));
}

/**
 * RGW names the owner of a bucket by uid, `user` or `tenant$user`, or by account. Where the owner is not known, or is an
 * id of AWS that tells nothing about names, nobody counts as another.
 */
function isOther(principal: string, owner: string | undefined): boolean {
  if (owner === undefined || /^[0-9a-f]{64}$/.test(owner)) return false;
  const [tenant, uid] = owner.includes("$") ? owner.split("$", 2) : ["", owner];
  const [account] = /(?<=^arn:aws:iam::)[^:]*/.exec(principal) ?? [principal];
  const isOwn = principal === `arn:aws:iam::${tenant ?? ""}:user/${uid ?? ""}` || account === owner;
  return !isOwn;
}

/** Not cut short as other values are: it is what the reader has to judge. */
function conditionOf({ Condition }: Statement): string | undefined {
  const json = JSON.stringify(Condition ?? {});
  return json === "{}" ? undefined : asciiJson(masked(json)).slice(0, 500);
}

const conditionSchema = z.record(z.string(), z.record(z.string(), oneOrMany));

// The client can set everything else, such as aws:UserAgent and aws:Referer, as it likes.
const ofAsker =
  /^(aws:(SourceVpce?|VpcSourceIp|Principal\w+|userid|username)|aws:PrincipalTag\/.+|s3:DataAccessPointAccount)$/i;

/** Whether a condition restricts who may ask, or from where. */
function saysWhoOrWhere(condition: unknown): boolean {
  const parsed = conditionSchema.safeParse(condition);
  return Object.entries(parsed.data ?? {}).some(([operator, keys]) =>
    Object.entries(keys).some(([key, values]) => {
      if (/^IpAddress$/i.test(operator)) return /^aws:SourceIp$/i.test(key) && values.every(isPartOfInternet);
      const isDemand = /^(String(Equals|Like)(IgnoreCase)?|Arn(Equals|Like))$/i.test(operator);
      return isDemand && ofAsker.test(key) && values.every((value) => !/^[*?]*$/.test(value));
    }),
  );
}

/** Not all addresses there are. */
const isPartOfInternet = (range: string): boolean => !/\/0+$/.test(range) && range !== "";
