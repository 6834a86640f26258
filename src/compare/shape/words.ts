/** What a name says of the environment that it belongs to: `STAGING_WEB_SECRET`, `web-staging`, `api.staging.example.com`. */

/** Words for one thing. */
const families: readonly (readonly string[])[] = [
  ['production', 'prod', 'prd', 'live'],
  ['staging', 'stage', 'stg'],
  ['development', 'develop', 'dev'],
  ['testing', 'test', 'tst'],
  ['sandbox', 'sbx'],
  ['preproduction', 'preprod'],
  ['acceptance', 'uat'],
];

/** Words that mean other things as well: `TEST_USER`, `PRE_SHARED_KEY`, `LIVE_FEED_KEY`. */
const ambiguous = new Set(['pre', 'int', 'test', 'testing', 'tst', 'live', 'main', 'local', 'demo', 'stage']);

/** In lower case, split at what is no letter or digit and where a capital begins a word. */
export function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** The words that tell `name` from `other`, with those that mean the same. */
function tellingWords(name: string, other: string): Set<string> {
  const others = new Set(withKin(other));
  return new Set(withKin(name).filter((word) => word.length > 1 && !others.has(word)));
}

function withKin(name: string): string[] {
  return wordsOf(name).flatMap((word) => families.find((family) => family.includes(word)) ?? [word]);
}

/** Whether `text` is called after `name` and not after `other`; words of several meanings do not count. */
export function isCalledAfter(text: string, name: string, other: string): boolean {
  const words = wordsOf(text);
  const own = tellingWords(name, other);
  const others = tellingWords(other, name);
  return (
    words.some((word) => own.has(word) && !ambiguous.has(word)) && !words.some((word) => others.has(word))
  );
}

/** Whether the environment is what customers use, by its name. */
export function looksLikeProduction(name: string): boolean {
  const words = wordsOf(name);
  const pre = /^(pre|non|not|no|pseudo|like)$/;
  return (
    words.some((word) => ['production', 'prod', 'prd', 'live'].includes(word)) &&
    !words.some((word) => pre.test(word))
  );
}
