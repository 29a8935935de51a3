import assert from "node:assert/strict";
import { describe, it } from "mocha";

import fc from "fast-check";

import { knownCause, tellingLines } from "../../../../../components/postgres/wait/advice.ts";
import { errorLines, ofLastStart } from "../../../../../components/postgres/wait/log-lines.ts";

const json = (...lines: object[]): string => lines.map((line) => JSON.stringify(line)).join("\n");

describe("errorLines", () => {
  it("takes the errors of the operator's programs, with their cause and what the command printed", () => {
    const log = json(
      { level: "info", msg: "Downloading backup catalog" },
      {
        level: "error",
        logger: "barman",
        msg: "Can't extract backup id",
        error: "exit status 4",
        stderr: "2026-11-22 10:00:00,123 [27] ERROR: Barman cloud backup list exception: (NoSuchBucket)\n",
      },
      { level: "error", msg: "restore error", error: "no target backup found" },
    );
    assert.deepEqual(errorLines(log), [
      "ERROR: Barman cloud backup list exception: (NoSuchBucket)",
      "Can't extract backup id: exit status 4",
      "restore error: no target backup found",
    ]);
  });

  it("takes an error once, although each caller logs it again", () => {
    const log = json(
      { level: "error", msg: "Error while restoring a backup", error: "rpc error: no target backup found" },
      {
        level: "error",
        msg: "restore error",
        error: "while restoring cluster: rpc error: no target backup found",
      },
      { level: "error", msg: "While terminating server" },
    );
    assert.deepEqual(errorLines(log), ["Error while restoring a backup: rpc error: no target backup found"]);
  });

  it("takes PostgreSQL's own errors, without those that every start brings", () => {
    const record = (error_severity: string, message: string, more = {}) => ({
      level: "info",
      logger: "postgres",
      msg: "record",
      record: { error_severity, message, ...more },
    });
    const log = json(
      record("LOG", "starting point-in-time recovery"),
      record("FATAL", "the database system is starting up"),
      record("FATAL", "recovery ended before configured recovery target was reached"),
      record("PANIC", "could not locate required checkpoint record", { hint: "If you are restoring" }),
    );
    assert.deepEqual(errorLines(log), [
      "FATAL: recovery ended before configured recovery target was reached",
      "PANIC: could not locate required checkpoint record (If you are restoring)",
    ]);
  });

  it("takes what barman-cloud prints, which is logged as information, and lines that are not JSON", () => {
    const log = [
      json({
        level: "info",
        logger: "barman-cloud-restore",
        msg: "2026-11-22 10:00:00,1 [2] ERROR: (NoSuchKey)",
      }),
      json({
        level: "info",
        logger: "barman-cloud-restore",
        msg: "2026-11-22 10:00:00,1 [2] INFO: Restoring",
      }),
      "exec /manager: exec format error",
      "ready",
    ].join("\n");
    assert.deepEqual(errorLines(log), ["ERROR: (NoSuchKey)", "exec /manager: exec format error"]);
  });

  it("takes what PostgreSQL and its programs print before the server has a log of its own", () => {
    const printed = (logger: string, msg: string) => ({ level: "info", logger, msg, pipe: "stdout" });
    const log = json(
      printed("initdb", "creating configuration files ... ok"),
      printed("initdb", 'initdb: error: invalid locale name "xx_XX"'),
      printed("pg_ctl", "waiting for server to start....2026-11-30 07:53:15.123 UTC [27] LOG:  redirecting"),
      printed(
        "postgres",
        '2026-11-30 07:53:15.123 UTC [27] LOG:  unrecognized configuration parameter "foo" in file "/x"',
      ),
      printed(
        "pg_ctl",
        '2026-11-30 07:53:15.123 UTC [27] FATAL:  could not access file "vchord.so": No such file or directory',
      ),
      printed("postgres", "2026-11-30 07:53:16.000 UTC [28] FATAL:  the database system is starting up"),
      printed("pg_ctl", " stopped waiting"),
    );
    assert.deepEqual(errorLines(log), [
      'initdb: error: invalid locale name "xx_XX"',
      'LOG: unrecognized configuration parameter "foo" in file "/x"',
      'FATAL: could not access file "vchord.so": No such file or directory',
    ]);
  });

  it("says each thing once, and nothing at length", () => {
    const line = { level: "error", msg: "x".repeat(10_000) };
    const lines = errorLines(json(line, line));
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.length, 400);
  });

  it("shows no key that a program has logged", () => {
    const header = "b'AWS4-HMAC-SHA256 Credential=0555B35654AD1656D804\\n/20261130, Signature=abcdef'";
    const [line = ""] = errorLines(
      json({ logger: "barman-cloud-wal-archive", msg: `ERROR: Invalid header value ${header}` }),
    );
    assert.match(line, /^ERROR: Invalid header value .*Credential=\*\*\*.*Signature=\*\*\*/);
    assert.doesNotMatch(line, /0555B35654AD1656D804/);
  });

  it("takes any text", () => {
    const object = fc.record({
      level: fc.constantFrom("error", "info", 7),
      msg: fc.anything(),
      error: fc.anything(),
    });
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      object.map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        for (const text of errorLines(lines.join("\n"))) assert.ok(text.length <= 400);
      }),
    );
  });
});

describe("knownCause", () => {
  const cases: [string, RegExp, boolean][] = [
    [
      "An error occurred (InvalidAccessKeyId) when calling ListObjectsV2: Unknown",
      /does not know the keys/,
      false,
    ],
    ["An error occurred (403) when calling the HeadBucket operation: Forbidden", /refuses the keys/, false],
    [
      "An error occurred (NoSuchKey): The specified key does not exist.",
      /object of the backup is missing/,
      false,
    ],
    [
      "FATAL: recovery ended before configured recovery target was reached",
      /No transaction that ended at the recovery target/,
      false,
    ],
    [
      "ERROR: Barman cloud restore exception: snappy: corrupt input (header mismatch; expected 65536 decompressed bytes but got 65524)",
      /damaged or cut short/,
      false,
    ],
    [
      'FATAL: archive file "00000001000000000000000A" has wrong size: 1000 instead of 16777216',
      /cut short in the archive/,
      false,
    ],
    [
      'FATAL: directory "/var/lib/postgresql/tablespaces/hot/data" does not exist',
      /tablespace was added/,
      false,
    ],
    ["FATAL: requested timeline 3 is not a child of this server's history", /timeline/, false],
    ["rpc error: code = Unknown desc = no target backup found", /no base backup to start from/, false],
    ["WAL archive check failed for server orders: Expected empty archive", /has WAL of another one/, false],
    ["[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", /caBundle/, false],
    ['Could not connect to the endpoint URL: "http://10.0.0.10:7480/b"', /did not answer/, true],
    ["no matches for barmancloud.cnpg.io/v1, Resource=", /plugin, or its CRD/, true],
    ['objectstores.barmancloud.cnpg.io "store" not found', /ObjectStore .* is missing/, true],
    ["ERROR: Barman cloud restore exception: empty file", /damaged or cut short/, false],
    ["ERROR: Barman cloud restore exception: unexpected end of data", /damaged or cut short/, false],
    ["ERROR: Barman cloud restore exception: not a gzip file", /damaged or cut short/, false],
    [
      'FATAL: could not access file "vchord.so": No such file or directory',
      /image lacks this library/,
      false,
    ],
    ["FATAL: could not map anonymous shared memory: Cannot allocate memory", /huge_pages/, false],
    [
      'LOG: unrecognized configuration parameter "foo" in file "/x" line 3',
      /spec\.postgresql\.parameters/,
      false,
    ],
    ['FATAL: configuration file "/x/custom.conf" contains errors', /spec\.postgresql\.parameters/, false],
    ["FATAL: could not load /var/lib/postgresql/data/pgdata/pg_hba.conf", /spec\.postgresql\.pg_hba/, false],
    ['initdb: error: invalid locale name "xx_XX"', /spec\.bootstrap\.initdb/, false],
    [
      'initdb: error: could not create directory "/var/lib/postgresql/data/pgdata": Permission denied',
      /fsGroup/,
      false,
    ],
    [
      'initdb: error: directory "/var/lib/postgresql/data/pgdata" exists but is not empty',
      /may be data/,
      false,
    ],
    ['initdb: error: could not write to file "x": No space left on device', /volume is too small/, false],
    [
      "An error occurred (XMinioStorageFull) when calling the PutObject operation: Storage backend has reached its minimum" +
        " free drive threshold. Please delete a few objects to proceed.",
      /store is full.* Do not delete objects/,
      false,
    ],
    [
      "An error occurred (InternalError) when calling the PutObject operation (reached max retries: 4): no space left on device",
      /store is full/,
      false,
    ],
    ["An error occurred (UserSuspended) when calling the PutObject operation: None", /is suspended/, false],
    ['Connect timeout on endpoint URL: "http://10.0.0.9:7480/b"', /did not answer/, true],
    ['Read timeout on endpoint URL: "http://10.0.0.9:7480/b"', /did not answer/, true],
    [
      'Connection was closed before we received a valid response from endpoint URL: "http://x".',
      /did not answer/,
      true,
    ],
    [
      "SSL validation failed for https://rgw:7480/b [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)",
      /does not speak TLS/,
      false,
    ],
    [
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp' +
        ' 10.96.1.2:9090: connect: connection refused"',
      /Barman Cloud plugin does not answer/,
      true,
    ],
    ["FATAL: database files are incompatible with server", /major version/, false],
    ["exec /manager: exec format error", /processor architecture/, false],
    ["write /var/lib/postgresql/data: no space left on device", /too small/, false],
    ["could not write to file: Disk quota exceeded", /too small/, false],
    [
      "An error occurred (AccessDenied) when calling the PutObject operation: Forbidden: Bucket size quota is reached",
      /quota of the S3 user or of the bucket is used up/,
      false,
    ],
    [
      "An error occurred (XMinioAdminBucketQuotaExceeded) when calling the PutObject operation: Bucket quota exceeded",
      /quota of the S3 user or of the bucket is used up/,
      false,
    ],
  ];

  for (const [line, advice, isPassing] of cases) {
    it(`advises on: ${line}`, () => {
      const cause = knownCause(["restore error: exit status 1", line]);
      assert.match(cause?.advice ?? "", advice);
      assert.equal(cause?.isPassing, isPassing);
    });
  }

  const ofArchiving: [string, RegExp][] = [
    [
      "WAL archiver exception: Invalid header value b'AWS4-HMAC-SHA256 Credential=***'",
      /line break or a blank/,
    ],
    ["WAL archiver exception: empty file", /^nothing$/],
    [
      "An error occurred (NoSuchBucket) when calling the PutObject operation",
      /bucket to archive to is not there/,
    ],
    ["An error occurred (NoSuchKey) when calling the GetObject operation", /another program deletes objects/],
    ["FATAL: recovery ended before configured recovery target was reached", /^nothing$/],
    ["An error occurred (AccessDenied): Bucket size quota is reached", /is used up/],
    ["barman-cloud-backup: error: unrecognized arguments: --read-timeout 60", /an entry for each argument/],
    ["An error occurred (AccessDenied) when calling the PutObject operation", /refuses the keys/],
    ['Could not connect to the endpoint URL: "http://10.0.0.10:7480/b"', /did not answer/],
  ];
  for (const [line, advice] of ofArchiving) {
    it(`gives no advice on recovering for an archive's error: ${line}`, () => {
      const said = knownCause([line], "archiving")?.advice ?? "nothing";
      assert.match(said, advice);
      assert.doesNotMatch(said, /another backup|targetTime|recover/i);
    });
  }

  it("knows a file system that cannot be written to from a store that does not answer", () => {
    const lines = [
      "ERROR: Cannot create /var/tmp/walrestore directory: [Errno 30] Read-only file system: '/var/tmp/walrestore'",
      "connectivity failure while executing barman-cloud-wal-restore, retrying",
    ];
    assert.match(knownCause(lines)?.advice ?? "", /file system is read-only where barman-cloud/);
    assert.equal(knownCause(['could not open file "base/5/1": Read-only file system']), undefined);
  });

  it("does not take a header that the keys have spoilt for a damaged backup", () => {
    assert.match(
      knownCause(["restore exception: Invalid header value b'AWS4'"])?.advice ?? "",
      /line break or a blank/,
    );
  });

  it("does not guess", () => {
    assert.equal(knownCause(["something else went wrong", ""]), undefined);
  });
});

describe("tellingLines", () => {
  it("gives the last lines, and the one that tells the cause even where it came before", () => {
    const known = "plugin: (InvalidAccessKeyId)";
    assert.deepEqual(tellingLines([known, "a", "b", "c", "d"]), [known, "c", "d"]);
    assert.deepEqual(tellingLines(["a", known, "b"]), ["a", known, "b"]);
    assert.deepEqual(tellingLines(["a", "b", "c", "d"]), ["b", "c", "d"]);
    const fatal = "postgres: FATAL: never heard of";
    assert.deepEqual(tellingLines([fatal, "a", "b", "c"]), [fatal, "b", "c"]);
    assert.deepEqual(tellingLines([]), []);
  });
});

describe("ofLastStart", () => {
  const record = (backend_type: string, error_severity: string, message: string) =>
    JSON.stringify({ logger: "postgres", msg: "record", record: { backend_type, error_severity, message } });
  const missing = 'could not access file "vchord.so": No such file or directory';
  const failed = JSON.stringify({
    logger: "postgres",
    msg: `2026-11-22 10:00:00.000 UTC [20] FATAL:  ${missing}`,
  });
  const errors = (...lines: string[]) => errorLines(ofLastStart(lines.join("\n")));

  it("has what the server says before it reads its data", () => {
    assert.deepEqual(errors(failed), [`FATAL: ${missing}`]);
    const before = record("startup", "LOG", "database system was shut down at 2026-11-22 09:00:00 UTC");
    assert.deepEqual(errors(before, failed), [`FATAL: ${missing}`]);
  });

  it("has nothing of a start that came further than the one before, and replays WAL now", () => {
    const now = record("startup", "LOG", "redo starts at 0/3000028");
    assert.deepEqual(errors(failed, now), []);
  });

  it("has nothing of what clients ask for", () => {
    const lines = [record("startup", "LOG", "redo done"), record("client backend", "ERROR", missing)];
    assert.deepEqual(
      errors(...lines, record("client backend", "FATAL", 'unrecognized configuration parameter "x"')),
      [],
    );
  });
});
