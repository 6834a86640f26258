/** Names beside which answers put secrets, in any style: `access_token`, `accessToken`, `X-Access-Token`. */
import { remembered, wordsOf } from '../name-words.ts';

/** RFC 6749, RFC 7591, RFC 7636, RFC 8628, OpenID Connect: whatever stands there is one. */
export const tokenNames: readonly string[] = [
  'access_token',
  'id_token',
  'refresh_token',
  'logout_token',
  'session_token',
  'registration_access_token',
  'device_code',
  'client_secret',
  'client_assertion',
  'assertion',
  'code_verifier',
  'csrf_token',
];
const certain: ReadonlySet<string> = new Set(tokenNames);
/** Last words of names, singular. */
const telling: ReadonlySet<string> = new Set(
  `token secret jwt bearer assertion password passwd pass pwd passphrase credential verifier ticket csrf xsrf jsessionid phpsessid
  sessionid sid apikey samlresponse samlart wresult authorization auth session`.split(/\s+/),
);
/** Words before `key` with which it is a secret. */
const keys: ReadonlySet<string> = new Set(
  'api access private secret auth session signing encryption subscription client mac hmac shared master account'.split(
    ' ',
  ),
);
/** Words before `token` with which it says where a list or a piece of work goes on. */
const places: ReadonlySet<string> = new Set(
  'next page prev previous sync continuation pagination cursor start resume change sequence cancellation'.split(
    ' ',
  ),
);

export type Telling = 'certain' | 'likely' | null;

/** `certain`: the value is a secret; `likely`: it is one where it looks like made by a program. */
export const nameTells: (name: string) => Telling = remembered(4096, judge);

function judge(name: string): Telling {
  const words = wordsOf(name);
  if (certain.has(words.join('_'))) return 'certain';
  const [last = '', before = ''] = words.toReversed();
  if (last === 'token') return places.has(before) ? null : 'likely';
  if (last === 'key') return keys.has(before) ? 'likely' : null;
  if (last === 'id') return before === 'session' ? 'likely' : null;
  if (last === 'code') return /^(?:auth|authorization|session)$/.test(before) ? 'likely' : null;
  if (last === 'hint') return before === 'token' ? 'likely' : null;
  return telling.has(last) ? 'likely' : null;
}

/** Shorter values are words. */
export const shortestNamed = 16;
/** Characters by which a value is judged. */
export const longestJudged = 512;

/** No sentence, address or time: letters and digits as programs make them. */
export function isGenerated(whole: string): boolean {
  const value = whole.slice(0, longestJudged);
  if (value.length < shortestNamed || /\s|^[a-z][a-z0-9+.-]*:\/\/|^\d{4}-?\d\d-?\d\dT\d/i.test(value))
    return false;
  const parts = value.split(/[^A-Za-z0-9]+/);
  if (parts.some((part) => part.length >= 8 && !isWord(part))) return true;
  return parts.length < value.length / 3 && parts.filter((part) => !isWord(part)).join('').length >= 8;
}

/** `token`, `OAuth2Credential`, `EXPIRED`, `2024`. */
function isWord(part: string): boolean {
  if (/^\d{0,14}$/.test(part)) return true;
  if (!/^(?:\d{0,4}[A-Za-z]+\d{0,4}|[A-Za-z]*\d[A-Za-z]*)$/.test(part)) return false;
  // In names the case changes seldom, and vowels are frequent. Of 16 random bytes in base64 these rules miss 1 in 80.
  const swaps = part.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
  const vowels = part.match(/[aeiouy]/gi)?.length ?? 0;
  return swaps <= part.length * 0.3 && vowels >= part.replace(/\d/g, '').length * 0.22;
}
