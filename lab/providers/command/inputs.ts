import { z } from "zod";

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
