import assert from "node:assert/strict";

import fc from "fast-check";

import { scriptText } from "../../components/ceph/ssh/remote-job.ts";
import {
  accessKeyIdRule,
  displayNameRule,
  secretAccessKeyRule,
  uidRule,
} from "../../components/ceph/rgw-user/rgw-user-rules.ts";
import { hostileText } from "./hostile.ts";

export interface HostileUser {
  uid: string;
  displayName: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const ruled = (rule: (text: string) => string | undefined): fc.Arbitrary<string> =>
  hostileText.filter((text) => rule(text) === undefined);

const visibleAscii = hostileText.map((text) => text.replace(/[^!-~]|[/,]/g, "").slice(0, 128));

/** Users of hostile text throughout, as far as the rules let it through. */
export const hostileUser: fc.Arbitrary<HostileUser> = fc.record({
  uid: ruled(uidRule),
  displayName: ruled(displayNameRule),
  accessKeyId: visibleAscii.filter((text) => accessKeyIdRule(text) === undefined),
  secretAccessKey: hostileText
    .map((text) => `${text}0123456789abcdef`)
    .filter((text) => secretAccessKeyRule(text) === undefined),
});

/** What a job says of a user besides. */
export const limits = {
  ...{ maxBuckets: 10, quota: {}, otherKeys: "revoke", existingKeys: "refuse", onDelete: "remove" },
  ...{
    keysAreGenerated: false,
    owner: { id: "hostile", stack: "organization/cnpg-rgw/lab" },
    takeOverFrom: "",
  },
};

/**
 * The script for one user as it is sent, but for its last line: it applies all `users` of the job, since to start
 * Python takes longest, and prints as JSON what a Python expression gives after each. What is to be done before and
 * after them is Python, too.
 */
export function scriptForMany(afterEach: string, before = "", after = ""): string {
  const script = scriptText("rgw_user.py");
  const loop = [
    before,
    "results = []",
    'for values in job["users"]:',
    "    job.update(values)",
    "    apply()",
    `    results.append(${afterEach})`,
    after,
    "print(json.dumps(results))",
    "",
  ];
  const many = script.replace(/\nmain\(\{.*\n$/, () => `\n${loop.join("\n")}`);
  assert.notEqual(many, script);
  return many;
}
