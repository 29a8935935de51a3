import { archiveUrl } from "../../archive/location.ts";
import type { Newest } from "../../archive/newest.ts";
import { backupCommand } from "../plan/backup-command.ts";
import type { Plan } from "../plan/plan.ts";
import { moveVerdict } from "./archive-move.ts";
import { backupProblems } from "./backups-judged.ts";
import type { Situation } from "./judge.ts";
import { newPlaceVerdict, noLookVerdict } from "./new-place.ts";
import type { BucketLook } from "./observe-bucket.ts";
import { type Verdict, nothingToSay } from "./verdict.ts";

/** Whether the plan can be, by what the buckets hold. */
export function judgeBucket(
  { plan, live, volumes }: Pick<Situation, "plan" | "live" | "volumes">,
  seen: BucketLook,
  { isPreview, now }: { isPreview: boolean; now: Date },
): Verdict {
  switch (seen.of) {
    case "new place":
      return newPlaceVerdict(plan, volumes, seen.look, isPreview);
    case "move":
      return moveVerdict(plan, seen.move, seen.look);
    case "newest":
      return newestVerdict(plan, seen.newest, {
        isAtRest: live.state === "present" && live.isAtRest === true,
        now,
      });
    case "nothing":
      return seen.failure ? noLookVerdict(seen.failure, isPreview) : nothingToSay;
  }
}

/**
 * Warns where the bucket does not have what a Cluster that is there already should have put into it. Its conditions do
 * not say so: they tell what the archive command and the last Backup said of themselves, and stay true in a bucket that
 * was made anew, behind a plugin that is switched off, and under a schedule that comes no more.
 */
function newestVerdict(
  plan: Plan,
  newest: Newest | undefined,
  { isAtRest, now }: { isAtRest: boolean; now: Date },
): Verdict {
  if (newest === undefined) return nothingToSay;
  const { archive, namespace, clusterName, scheduledBackup } = plan;
  const problems = backupProblems(newest, {
    schedule: scheduledBackup.schedule,
    url: archiveUrl(archive),
    isAtRest,
    takeOne: backupCommand(plan),
    now,
  });
  const remarks = problems.map((problem) => ({ text: `Database ${namespace}/${clusterName} ${problem}` }));
  return { problem: undefined, remarks };
}
