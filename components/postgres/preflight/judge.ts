import { type Asked, type Guarded, notAnswered, unanswered } from "../../kubernetes/ask-first.ts";
import { type ClusterFacts, plannedFacts } from "../cluster/facts.ts";
import type { LiveCluster } from "../cluster/live-cluster.ts";
import { keptVolumes } from "../cluster/volume-claims.ts";
import type { Plan } from "../plan/plan.ts";
import { type ArchiveMove, archiveMove } from "./archive-move.ts";
import { fits } from "./fits.ts";
import { liveProblem } from "./live-problem.ts";
import type { Observed } from "./observe.ts";
import { renameProblem } from "./rename-problem.ts";
import { type Verdict, nothingToSay, refused, united, warned } from "./verdict.ts";
import { growthProblem, storageClassVerdict } from "./volume-growth.ts";

/** A plan, and what it meets in Kubernetes. */
export interface Situation {
  plan: Plan;
  live: LiveCluster;

  /** What the plan changes about where the Cluster archives. */
  move: ArchiveMove | undefined;

  /** Whether Kubernetes does not say where the running Cluster archives: then what the engine made of its store does. */
  isPlaceUnknown?: boolean;

  /** Volume claims that an earlier Cluster of its name has left. */
  volumes: string[];

  /**
   * Whether the first base backup in its place is still to be taken of a Cluster that was there before: it moves there,
   * or an update that was to take it was broken off.
   */
  isFirstBackupDue?: boolean;
}

/** What the judgement goes by beside the plan and what was observed. */
export interface Circumstances {
  isPreview: boolean;

  /** Whether the engine itself refuses to delete the database. */
  isProtected: boolean;
}

/** Whether the plan can be, by what Kubernetes says; what it means for the bucket is judged once that was looked into. */
export function judge(
  plan: Plan,
  observed: Observed,
  circumstances: Circumstances,
): Verdict & { situation: Situation } {
  const { live, claims = [], running } = observed;
  const { problem, remarks } = united(
    unansweredVerdict(plan, observed, circumstances),
    optional(liveProblem(plannedOf(plan), live)),
    optional("answer" in observed.own ? renameProblem(plan, observed.own.answer.clusters) : undefined),
    live.state === "present" && running
      ? united(
          optional(growthProblem(live, running.fixedClasses)),
          storageClassVerdict(plan.cluster, live, claims),
        )
      : nothingToSay,
    fits(plan, live, observed),
  );
  return { problem, remarks, situation: situationOf(plan, observed) };
}

function situationOf(plan: Plan, { live, claims = [], running }: Observed): Situation {
  const volumes = keptVolumes(claims);
  // Why it is unknown has been told, and an error is nothing to go into outputs.
  if (live.state === "unknown") return { plan, live: { state: "unknown" }, move: undefined, volumes };
  if (live.state !== "present" || !running) return { plan, live, move: undefined, volumes };
  const { place, lacksSchedule } = running;
  if ("noAnswer" in place)
    return { plan, live, move: undefined, isPlaceUnknown: true, volumes, isFirstBackupDue: lacksSchedule };
  const move = archiveMove(plan, live, place.answer);
  return { plan, live, move, volumes, isFirstBackupDue: move !== undefined || lacksSchedule };
}

const optional = (problem: string | undefined): Verdict =>
  problem === undefined ? nothingToSay : refused(problem);

/** What the plan would make, as a running Cluster is read. */
export const plannedOf = ({
  clusterName,
  cluster,
  source,
}: Plan): Partial<ClusterFacts> & { acceptLoss?: string | undefined } => ({
  ...plannedFacts(clusterName, cluster),
  acceptLoss: source?.acceptLoss,
});

/** What was asked, and not answered. */
function unansweredVerdict(
  plan: Plan,
  { live, own, claims, running }: Observed,
  { isPreview, isProtected }: Circumstances,
): Verdict {
  const database = `${plan.namespace}/${plan.clusterName}`;
  const withoutAnswer = (asked: Asked<unknown>, guarded: Guarded): Verdict =>
    "answer" in asked ? nothingToSay : unansweredOf(guarded, asked.noAnswer, isPreview);
  const why = live.state === "unknown" ? live.why : undefined;
  return united(
    why === undefined
      ? nothingToSay
      : unansweredOf(
          {
            what: `Cluster ${database} runs, and how`,
            right: "get clusters.postgresql.cnpg.io there",
            // The engine, which asks the provider, then says before it makes or changes the Cluster what it was.
            isNeeded: false,
          },
          why,
          isPreview,
        ),
    withoutAnswer(own, {
      what: `this component has made ${database} under another name`,
      right: "list clusters.postgresql.cnpg.io in all namespaces, or at least there",
      // A protected one the engine itself does not delete, and one that is there under its name was not renamed.
      isNeeded: !isProtected && live.state !== "present",
    }),
    notSeenElsewhere(plan, own, live),
    live.state === "absent" && plan.source && claims === undefined ? unseenVolumes(plan) : nothingToSay,
    running ? withoutAnswer(running.place, placeQuestion(database)) : nothingToSay,
  );
}

const placeQuestion = (database: string): Guarded => ({
  what: `database ${database} archives to where it is planned to`,
  right: "get objectstores.barmancloud.cnpg.io there",
  isNeeded: false,
});

function unansweredOf(guarded: Guarded, error: unknown, isPreview: boolean): Verdict {
  const said = unanswered(guarded, error, isPreview);
  if ("problem" in said) return refused(said.problem);
  return { problem: undefined, remarks: [{ text: said.warning, onceFor: said.kind }] };
}

function notSeenElsewhere({ namespace }: Plan, own: Observed["own"], live: LiveCluster): Verdict {
  const error = "answer" in own ? own.answer.notElsewhere : undefined;
  if (error === undefined || live.state === "present") return nothingToSay;
  const what = `this component has made a database in another namespace than ${namespace}, which would be deleted`;
  const text = notAnswered(what, "list clusters.postgresql.cnpg.io in all namespaces", error);
  return { problem: undefined, remarks: [{ text, onceFor: "other namespaces" }] };
}

const unseenVolumes = ({ namespace, clusterName }: Plan): Verdict =>
  warned(
    `Could not ask for volumes of an earlier ${clusterName} in namespace ${namespace}: CloudNativePG would start from ` +
      `them, and not from the backups. See \`kubectl -n ${namespace} get pvc -l cnpg.io/cluster=${clusterName}\`, or give ` +
      "the account that runs Pulumi the right to list persistentvolumeclaims there.",
  );
