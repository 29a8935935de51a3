/**
 * The part of docs/faults.md on archives that are not whole. 20-recovery-truth.test.ts causes each of these, counts the
 * rows, and asserts the words.
 */
export const recoveries = `## A recovery whose archive is not whole

PostgreSQL takes a file that it cannot get for the end of the archive. So \`pulumi up\` compares the end of each recovery
with what the archive held when the Cluster was made. Each of these is a test of
\`test/lab/20-recovery-truth.test.ts\`, which counts the rows that are there.

| Fault | What preview says | What \`up\` says | What is in the database |
| --- | --- | --- | --- |
| A WAL segment in the middle overwritten with noise | "WAL … cannot be unpacked" | "Database … has come up without all of its data", the segment, why, the time of the last transaction, \`recovery.acceptLoss\` | all rows up to that segment |
| A WAL segment in the middle deleted | "WAL … is missing" | the same, "is missing in the archive" | all rows up to that segment |
| The last WAL segment overwritten with noise | "WAL … cannot be unpacked" | the same, "cannot be unpacked" | all rows up to that segment |
| A WAL segment cut in half | "WAL … cannot be unpacked" | "cannot come up", PostgreSQL's "archive file … has wrong size", and what to do | nothing: PostgreSQL refuses it |
| A byte of the base backup flipped | – | "cannot come up", "An object of the backup is damaged or cut short. Choose another backup." | nothing |
| The keys refused while WAL is replayed | – | "could not be told", or "has come up without all of its data"; the next \`up\` says the latter | the rows up to then; another recovery has them all |
| radosgw stopped and started while WAL is replayed | – | nothing if the recovery got over it, else "could not be read while the recovery ran" | as said |
| A moment after the last transaction | – | "nothing in it ended at or after targetTime …; its last transaction ended at …. … Leave targetTime out: that gives the same data." | nothing |
| WAL that was never archived | – | nothing: this is the normal end of a lost database | all rows that were archived |
| A recovery of a recovery, through a switch of timelines | – | "is recovered with all that … held" | all rows |

Until a loss is accepted, each \`pulumi preview\` and \`pulumi up\` fails with the name of the segment, and the Cluster has
the annotation \`cnpg-rgw/recovery: short SEGMENT\`.
`;
