/** Names beside which a secret stands: what a key, a variable, a flag or a header field says of its value. */
import { remembered, wordsOf } from '../name-words.ts';

/**
 * What a name promises. `password`: chosen by people, short perhaps; `token` and `key`: made by programs;
 * `authorization`: a scheme and its credentials; `cookie`: pairs of a Cookie field.
 */
export type Telling = 'password' | 'token' | 'key' | 'authorization' | 'cookie';

/** Words behind the telling one that do not change what it tells: `TOKEN_STAGING`, `password2`, `secretValue`. */
const suffixes = new Set(
  `staging stage stg prod production prd dev development test testing qa uat int local live sandbox preview canary value
  val plain plaintext raw base64 b64 str string text default old new current previous primary secondary main ci admin
  root user db ro rw v1 v2`.split(/\s+/),
);
/** Words before `token` with which it is no credential. */
const harmlessTokens = new Set(
  `next page sync continuation csrf xsrf pagination cursor start end stop pad unk eof bos eos cls sep mask parser lexer
  current prev previous unknown first last max min num total prompt completion input output cancellation cancel abort
  special mask design syntax punctuation resume change concurrency sequence string keyword get set is has no with parse
  read peek expect match consume skip each every this the of`.split(/\s+/),
);
/** Words before `key` with which it is a credential. */
const secretKeys = new Set(
  `api secret access private signing sign encryption encrypt hmac shared master auth account subscription service client
  license app application server webhook jwt session cipher aes rsa ssh deploy functions host admin`.split(
    /\s+/,
  ),
);
const passwords = new Set(
  'password passwd pwd passphrase passwort motdepasse contrasena passcode pw userpass'.split(' '),
);
const tokens = new Set(
  'token secret jwt pat psk bearer apitoken authtoken accesstoken credential'.split(' '),
);
const keys = new Set(
  'apikey apisecret secretkey accesskey privatekey authkey appkey appsecret clientsecret'.split(' '),
);

/** null: the name tells nothing. Case and style (`clientSecret`, `CLIENT_SECRET`, `client-secret`) do not matter. */
export const tellingName: (name: string) => Telling | null = remembered(20_000, judge);

function judge(name: string): Telling | null {
  // Of `auth.client.secret` the last parts tell.
  const words = wordsOf(name);
  if (words.length === 0 || words.length > 12) return null;
  while (words.length > 1 && isSuffix(words.at(-1) ?? '')) words.pop();
  const last = singular(words.at(-1) ?? '');
  const before = words.at(-2) ?? '';
  if (/^(?:proxy)?authorization$/.test(last)) return 'authorization';
  if (last === 'cookie') return words.length === 1 || before === 'set' ? 'cookie' : null;
  if (passwords.has(last)) return isField(words) ? null : 'password';
  // `pass` alone is a word of many languages.
  if (last === 'pass')
    return words.length > 1 && !/^(?:first|second|by|multi|low|high|all|render)$/.test(before)
      ? 'password'
      : /^PASS/.test(name)
        ? 'password'
        : null;
  if (keys.has(last)) return 'key';
  if (last === 'key') return secretKeys.has(before) ? 'key' : null;
  if (last === 'auth') return before === '' || /^_auth$/.test(name) ? 'key' : null;
  if (!tokens.has(last)) return null;
  if (last === 'token' && (harmlessTokens.has(before) || name.endsWith('Tokens') || /tokens$/i.test(name)))
    return null;
  if (last === 'credential' || last === 'bearer') return words.length === 1 ? null : 'token';
  return isField(words) ? null : 'token';
}

/** What is about a secret and is none: `show_password`, `has_secret`, `forgot_password`. */
function isField(words: readonly string[]): boolean {
  return /^(?:show|hide|has|is|no|forgot|reset|change|confirm|require|requires|allow|use|validate|check|verify|hash|get|with|supports|needs|missing|invalid|wrong|bad|expired)$/.test(
    words.length > 1 ? (words[0] ?? '') : '',
  );
}

function isSuffix(word: string): boolean {
  return suffixes.has(word) || /^\d{1,4}$/.test(word);
}

function singular(word: string): string {
  return word.replace(/\d{1,3}$/, '');
}
