import type { Cause } from "./advice.ts";

/** Why PostgreSQL, or initdb, does not start: the same at each attempt, until a setting or the image is another. */
const certain = (pattern: RegExp, advice: string): Cause => ({
  pattern,
  advice,
  isPassing: false,
  isCertain: true,
});

export const startCauses: readonly Cause[] = [
  certain(
    /could not access file "[^"]*": No such file|could not load library|could not open extension control file/,
    "The image lacks this library. Take an image that has it, or take the library out of" +
      " spec.postgresql.shared_preload_libraries.",
  ),
  certain(
    /could not map anonymous shared memory|huge pages? (not supported|on this platform)|could not create shared memory segment/,
    "The node has no such memory to give. Set spec.postgresql.parameters.huge_pages to try (or reserve huge pages on the" +
      " node, and ask for them in spec.resources), or lower shared_buffers.",
  ),
  certain(
    /unrecognized configuration parameter|(invalid value for|valid range for) parameter|syntax error in file|configuration file "[^"]*" contains errors/,
    "PostgreSQL does not take this parameter. Correct its name or value in spec.postgresql.parameters; one of an extension" +
      " needs its library in spec.postgresql.shared_preload_libraries.",
  ),
  certain(
    /could not load \S*pg_(hba|ident)\.conf|LOG: invalid (connection type|authentication method|authentication option|IP address)|LOG: (end-of-line before|unrecognized authentication option)/,
    "PostgreSQL does not take a line of spec.postgresql.pg_hba (or pg_ident). Correct it.",
  ),
  certain(
    /initdb: error: could not .*: Permission denied|could not (create|change permissions of) directory "[^"]*": Permission denied/,
    "The volume belongs to another user, or is open to others: its StorageClass has to apply the pod's fsGroup.",
  ),
  certain(
    /initdb: error: directory "[^"]*" exists but is not empty/,
    "The volume has files of something else, which may be data. Take another StorageClass or volume, or a database of" +
      " another name.",
  ),
  certain(
    /initdb: error: (?!could not)|could not open collator for locale|is not a valid encoding name|encoding "[^"]*" does not match locale|invalid locale name|ICU locale "[^"]*"/,
    "initdb does not take an option. Correct locale, encoding and the like below spec.bootstrap.initdb; a locale has to be" +
      " in the image.",
  ),
  certain(
    /database files are incompatible with server|was initialized by PostgreSQL version/,
    "The data is of another major version, or of another build, of PostgreSQL than the image. Go back to the" +
      " previous image.",
  ),
  certain(
    /data directory "[^"]*" has (invalid permissions|wrong ownership)/,
    "The volume belongs to another user, or is open to others: its StorageClass has to apply the pod's fsGroup.",
  ),
  certain(
    /exec format error/,
    "The image is for another processor architecture than the node's. Take one that is for it.",
  ),
];
