import { z } from "zod";

/** A field of a list is null, or missing, where it is empty. */
const list = <T extends z.ZodType>(element: T) =>
  z
    .array(element)
    .nullish()
    .transform((elements) => elements ?? []);

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  creationTimestamp: z.date().optional(),
  deletionTimestamp: z.date().optional(),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const quantities = z.record(z.string(), z.string());

const container = z.object({
  name: z.string(),
  image: z.string().optional(),
  resources: z.object({ requests: quantities.optional(), limits: quantities.optional() }).optional(),
});

const projection = z.object({
  secret: z
    .object({ name: z.string(), items: list(z.object({ key: z.string(), path: z.string() })) })
    .optional(),
});

const volume = z.object({
  name: z.string(),
  projected: z.object({ sources: list(projection) }).optional(),
});

const containerStatus = z.object({
  name: z.string(),
  image: z.string(),
  ready: z.boolean().optional(),
  restartCount: z.number().optional(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      running: z.unknown().optional(),
    })
    .optional(),
  lastState: z.object({ terminated: z.object({ reason: z.string().optional() }).optional() }).optional(),
});

const pod = z.object({
  metadata,
  spec: z.object({ initContainers: list(container), containers: list(container), volumes: list(volume) }),
  status: z.object({
    phase: z.string().optional(),

    /** Where others are ended to make room for it. */
    nominatedNodeName: z.string().optional(),
    conditions: list(condition),
    initContainerStatuses: list(containerStatus),
    containerStatuses: list(containerStatus),
  }),
});

const claim = z.object({
  metadata,
  status: z.object({ phase: z.string().optional() }).default({}),
});

const job = z.object({
  metadata,
  status: z.object({
    active: z.number().default(0),
    failed: z.number().default(0),
    succeeded: z.number().default(0),
    conditions: list(condition),
  }),
});

/** What is read here of a pod, as the Kubernetes client gives it. */
export type Pod = z.infer<typeof pod>;
export type ContainerStatus = z.infer<typeof containerStatus>;
export type Job = z.infer<typeof job>;
export type Claim = z.infer<typeof claim>;

export const podList = z.object({ items: z.array(pod) });
export const jobList = z.object({ items: z.array(job) });
export const claimList = z.object({ items: z.array(claim) });

/** The Job that a pod belongs to. */
export const jobOf = ({ metadata }: Pod): string | undefined => metadata.labels?.["job-name"];
