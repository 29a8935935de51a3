import { z } from "zod";
import { checkInputs, isObject, type CheckFailure, type Props } from "../sdk/provider.ts";

/** `connection` of command:remote:Command, without the bastion (`proxy`) that this project has no use for. */
export const Connection = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).default(22),
  user: z.string().default("root"),
  password: z.string().optional(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  agentSocketPath: z.string().optional(),
  /** Failed dials before giving up; -1: never give up. */
  dialErrorLimit: z.int().min(-1).default(10),
  /** Seconds for one dial; 0: no limit. */
  perDialTimeout: z.int().min(0).default(15),
  /** A line of an authorized_keys file. Without it any host key is accepted. */
  hostKey: z.string().optional(),
});
export type Connection = z.infer<typeof Connection>;

export const CommandInputs = z.strictObject({
  connection: Connection,
  create: z.string().optional(),
  update: z.string().optional(),
  delete: z.string().optional(),
  stdin: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  logging: z.enum(["stdout", "stderr", "stdoutAndStderr", "none"]).default("stdoutAndStderr"),
  addPreviousOutputInEnv: z.boolean().default(true),
  triggers: z.array(z.unknown()).optional(),
});
export type CommandInputs = z.infer<typeof CommandInputs>;

export const inputNames = Object.keys(CommandInputs.shape);

/** What is wrong with the inputs. Of a wrong connection the plugin gives one account, and looks no further. */
export function checkCommand(news: Props): CheckFailure[] {
  const failures = checkInputs("command:remote:Command", CommandInputs, news);
  const inConnection = failures.filter(({ property }) => property.startsWith("connection."));
  if (inConnection.length === 0) return failures;
  const lines = inConnection.map(({ property, reason }) => {
    const field = property.slice("connection.".length);
    return `\n\t${field}: ${wrongType(field, news.connection) ?? reason}`;
  });
  const what = `An error occurred decoding 'CommandInputs.connection': ${lines.length} failures decoding:`;
  return [{ property: "connection", reason: what + lines.join("") }];
}

const goTypes: Readonly<Record<string, string>> = { number: "float64", boolean: "bool", string: "string" };
const wanted: Readonly<Record<string, string>> = {
  port: "float64",
  dialErrorLimit: "int",
  perDialTimeout: "int",
};

function wrongType(field: string, connection: unknown): string | undefined {
  const found = isObject(connection) ? goTypes[typeof connection[field]] : undefined;
  const type = field in Connection.shape ? (wanted[field] ?? "string") : undefined;
  if (found === undefined || type === undefined || found === type || found === "float64") return undefined;
  return `Field '${field}' on 'remote.Connection' must be a '${type}'; got '${found}' instead`;
}
