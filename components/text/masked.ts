/**
 * Text for an error message, without what looks like a secret: keys are pasted to the wrong place, passwords travel in
 * URLs. A guess, for values that are not known to be secret; those that are known are not shown at all.
 */
export function masked(text: string): string {
  return (
    text
      // Longer texts are not read to the end, and some of the patterns below take long for long texts.
      .slice(0, 4096)
      .replace(/-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*/, "***")
      .replace(/\/\/[^\s"]*@/g, "//***@")
      .replace(/\?[^"\s]+/g, "?***")
      .replace(/[A-Za-z0-9+/=]{16,}/g, (word) => (looksRandom(word) ? "***" : word))
  );
}

/** Whether this may be a key: hexadecimal, in all three classes of characters, or changing between them all the time. */
function looksRandom(word: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((one) => one.test(word)).length;
  if (classes === 3) return true;
  if (/[0-9a-f]{24,}/i.test(word) && classes === 2) return true;
  const changes = word.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g) ?? [];
  return changes.length >= word.length * (word.length < 32 ? 0.4 : 0.2);
}

/**
 * Lines of a log, for an error message: without keys, signatures and passwords. Programs log the header that a
 * store refused and the URL that did not answer. All else stays: names of WAL look as random as keys do.
 * @param known secrets whose values are known
 */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  // Shorter ones are no keys of anybody, and would take words apart.
  const values = known.filter((value) => value.length >= 8);
  return values
    .flatMap((value) => [value, encodeURIComponent(value)])
    .reduce((shorter, value) => shorter.replaceAll(value, "***"), text)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*/, "***")
    .replace(labelled, "$1***")
    .replace(/\b(AWS )[A-Za-z0-9]{8,128}:[A-Za-z0-9+/=]{8,128}/g, "$1***")
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{12,}/g, "***")
    .replace(/\/\/[^\s"/@]*@/g, "//***@")
    .replace(/(?<![\w+/=.-])[A-Za-z0-9+/]{40}(?![\w+/=])/g, (word) => (hasAllClasses(word) ? "***" : word));
}

const names = [
  "(?:X-Amz-)?(?:Credential|Signature|Security-Token)",
  "(?:AWS)?Access_?Key_?Id",
  "aws_access_key_id",
  "(?:AWS_?)?Secret_?(?:Access_?)?Key",
  "(?:PG)?passw(?:or)?d",
  "(?:session|access|security)_?token",
];
// After a colon there may be a word about it: "access_key_id: not found".
const separator = `["']?(?: ?= ?|>| ?: ?(?=\\S*\\d))b?["']?`;
const labelled = new RegExp(`((?:${names.join("|")})${separator})[^\\s"'<>&,;]+`, "gi");

const hasAllClasses = (word: string): boolean => [/[a-z]/, /[A-Z]/, /[0-9]/].every((one) => one.test(word));
