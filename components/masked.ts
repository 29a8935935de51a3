/**
 * Text for an error message, without what looks like a secret: keys are pasted to the wrong place, passwords travel in
 * URLs. A guess, for values that are not known to be secret; those that are known are not shown at all.
 */
export function masked(text: string): string {
  return (
    text
      // Nobody reads on from here, and some of the patterns below take long for long texts.
      .slice(0, 4096)
      .replace(/-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*/, "***")
      .replace(/\/\/[^\s"]*@/g, "//***@")
      .replace(/\?[^"\s]+/g, "?***")
      .replace(/[A-Za-z0-9+/=]{16,}/g, (word) => (looksRandom(word) ? "***" : word))
  );
}

/** A log or an error of an S3 client without the access key and the signature that it may quote. */
export function withoutSignatures(text: string): string {
  return text.replace(
    /((?:Credential|Signature|AWSAccessKeyId)\b["'\s]*[=:>]\s*["']?)[^\s,/<>&"'\\]+/gi,
    "$1***",
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
