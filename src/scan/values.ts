/** Whether a text is a secret: no placeholder, no reference to one, no word of a program. */
import { isNoValue } from '../secret.ts';
import { type Telling, tellingName } from './names.ts';

/** How surely text of a file is a literal value. */
export type Ground =
  /** Of a file that holds values only: dotenv, a Postman environment. */
  | 'values'
  /** Of a file that holds settings: YAML, JSON, properties. */
  | 'settings'
  /** A literal of a programming language. */
  | 'code'
  /** Documents for people. */
  | 'prose';

const words = new Set(
  `secret secrets password passwd passphrase token tokens key apikey api_key api-key changeme change_me change-me
  changeit placeholder example sample dummy fake test testing tests todo fixme tbd none null nil undefined true false yes
  no string text str number default value values empty required optional foo bar baz foobar qux abc abc123 123456
  12345678 123456789 1234567890 admin root user username login guest redacted hidden masked removed censored omitted
  unset unknown anonymous public bearer basic digest mysecret mytoken mypassword mykey yourtoken yoursecret insert here
  hash crypt plain pass pwd hmac oauth oauth2 jwt session prompt auto inherit`.split(/\s+/),
);
const parts =
  /change[-_ ]?me|place[-_ ]?holder|replace[-_ ]?(?:me|this|with)|your[-_ ]|<your|my[-_ ](?:secret|token|password|key|api)|insert[-_ ]|redacted|dummy|example|not[-_ ]?a[-_ ]?(?:real|secret|token|valid)|(?:fake|test|sample|mock|invalid|some|super|very|top)[-_]?(?:secret|token|password|passwd|pwd|pass|key|api[-_]?key)|x{4,}|\*{3,}|\.{3,}|…|0{8,}|deadbeef|lorem|\(not set\)|\[secret:/i;
/** Of RFC 6749, 6750, 5849 and 7617 and of what vendors print in their manuals: copied everywhere, and open nothing. */
const published = new Set(
  `2YotnFZFEjr1zCsicMWpAA tGzv3JOkF0XG5Qx2TlKWIA czZCaGRSa3F0MzpnWDFmQmF0M2JW gX1fBat3bV 7Fjfp0ZBr1KtDRbnfVdmIw
  SlAV32hkKG A3ddj3w mF_9.B5f-4.1JqM h480djs93hd8 SplxlOBeZQQYbYS6WxSbIA i1WsRn1uB1 n0esc3NRze7LTCu7iYzS6a5acc3f0ogp4
  kd94hf93k423kf44 kkk9d7dh3k39sjv7 pfkkdhi9sl3r4s00 nnch734d00sl2jdk hh5s93j4hdidpola hdhd0244k9j7ao03 dpf43f3p2l4k3l03
  QWxhZGRpbjpvcGVuIHNlc2FtZQ== wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY dGVzdDoxMjPCow== 45ghiukldjahdnhzdauz`.split(
    /\s+/,
  ),
);
/** Parts of templates, and references to where the value is. */
const references =
  /\$[({A-Za-z_]|\{\{|\}\}|<%|%>|#\{|%\(|%\{|%[sdvq]\b|^%[\w-]+%$|^@[\w.]+|^!\w|^&\w|\$env:|^env[.:(]|^(?:vault|op|arn|ssm|file|secretsmanager|projects|ref|sops|enc|kms|awskms|gcpsm|keyring|doppler|bws|akv):|^(?:ENC\[|ENC\(|AQICA|vault:v1:|\$ANSIBLE)|^projects\/|^(?:process|os|sys|self|this|config|settings|options|props|params|args|ctx|req|request|env|environ|var|local|data|module|secrets|vars|github|inputs|steps|outputs|fake|faker|values)[.[]/i;

/** Nobody's secret: a placeholder, a template, a reference, a path, an address. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  if (text === '' || isNoValue(text) || words.has(text.toLowerCase()) || published.has(text)) return true;
  if (/^[<[({].*[>\])}]$/.test(text) || parts.test(text) || references.test(text)) return true;
  if (new Set(text).size <= 3) return true;
  return isAddress(text) || isSequence(text);
}

/** Whether the text beside a telling name is a secret. */
export function isSecret(telling: Telling, value: string, ground: Ground): boolean {
  if (value.length > 1024 || /\s/.test(value) || isPlaceholder(value)) return false;
  if (/[^\x21-\x7e]/.test(value)) return false;
  // A name of something secret, not the thing.
  if (/^[\w.-]+$/.test(value) && tellingName(value) !== null) return false;
  if (telling === 'password') return isPassword(value, ground);
  if (ground === 'values') return value.length >= 8 && (isMixed(value) || value.length >= 16);
  return (
    isRandom(value) || (ground === 'settings' && value.length >= 10 && isMixed(value) && !isWordy(value))
  );
}

/** Letters and digits without words, as programs make them. */
export function isRandom(value: string): boolean {
  if (value.length < 12 || isPlaceholder(value) || isWordy(value)) return false;
  const body = value.replace(/=+$/, '');
  if (!/^[\w.~+/:@!#$%^&*-]+$/.test(body)) return false;
  const digits = body.match(/\d/g)?.length ?? 0;
  if (/^\d+$/.test(body)) return false;
  // Letters alone: their cases change at almost every second one, in words they do so seldom.
  if (digits < 2) return body.length >= 16 && swaps(body) > body.length * 0.38 && entropy(body) >= 3.3;
  return entropy(body) >= 2.8;
}

function isPassword(value: string, ground: Ground): boolean {
  const kinds = variety(value);
  if (value.length < 6 || value.length > 200) return false;
  if (ground === 'prose') return isRandom(value);
  if (ground === 'values') return kinds >= 2 || value.length >= 8;
  if (isRandom(value)) return true;
  if (/^\d+(?:\.\d+)?$/.test(value) || isIdentifier(value)) return false;
  // Code holds regular expressions, CSS and calls beside such names.
  if (ground === 'code' && /[()[\]{}<>|\\`;,]|^[.#/]/.test(value)) return false;
  return kinds >= 2 && (/\d/.test(value) || /[^\w.\-:/]/.test(value));
}

/** `accessToken`, `access_token`, `auth.password`: letters and what joins words. */
function isIdentifier(value: string): boolean {
  return /^[A-Za-z]+(?:[._\-:/][A-Za-z]+)*$/.test(value);
}

/** Made of words, with a few digits: `oauth2-access-token`, `api.v2.key`. */
function isWordy(value: string): boolean {
  const each = value.split(/[._\-:/@+ ]+/).filter((part) => part !== '');
  if (each.length === 0) return true;
  const isWord = (part: string): boolean =>
    /^(?:\d{1,4}|20\d{6}|[A-Za-z]?\d{1,3}|[A-Za-z]{1,24}\d{0,3}|[a-z]+(?:[A-Z][a-z]+)+\d{0,2})$/.test(part) &&
    !isHash(part);
  if (each.length === 1)
    return (
      /^(?:[A-Z]?[a-z]+(?:[A-Z]+[a-z]*)*\d{0,3}|[A-Z]+\d{0,3})$/.test(value) &&
      swaps(value) <= value.length * 0.38
    );
  return (
    each.every(isWord) && each.join('').length / each.length >= 2 && caseChanges(value) <= value.length / 4
  );
}

function isHash(part: string): boolean {
  return part.length >= 8 && /^[0-9a-f]+$/i.test(part) && /\d/.test(part);
}

function isMixed(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value);
}

function isAddress(text: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ||
    (/^(?:\.{1,2}|~)?\/[\w.@-]*(?:\/[\w.@-]+)*\/?$/.test(text) &&
      /^[./~]/.test(text) &&
      (text.match(/\//g)?.length ?? 0) >= 1 &&
      !/^\/[A-Za-z0-9+/]{30,}$/.test(text)) ||
    /^[A-Za-z]:\\/.test(text) ||
    /^[\w-]+(?:\/[\w.-]+)*\.(?:pem|key|crt|json|ya?ml|txt|env|js|ts|py|rb|php|html?|css|md|sh|xml|toml)$/i.test(
      text,
    ) ||
    /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text)
  );
}

/** Digits or letters in their order. */
function isSequence(text: string): boolean {
  return (
    /^(?:0?123456789?0?|abcdef\w{0,12}|0123456789abcdef\w*|qwerty\w{0,6}|1234\w{0,4})$/i.test(text) ||
    /0123456789abcdef|abcdefghijklmnop|1234567890123456/i.test(text)
  );
}

function variety(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
}

/** From a small letter to a capital one, from letters to digits and back: what words do seldom. */
function caseChanges(value: string): number {
  let changes = 0;
  for (let index = 1; index < value.length; index += 1) {
    const [before, here] = [kindAt(value, index - 1), kindAt(value, index)];
    const isCapitalised = before === 2 && here === 1;
    if (before !== here && before !== 4 && here !== 4 && !isCapitalised) changes += 1;
  }
  return changes;
}

/** Neighbours of another kind, in both directions. */
function swaps(value: string): number {
  let count = 0;
  for (let index = 1; index < value.length; index += 1)
    if (kindAt(value, index) !== kindAt(value, index - 1)) count += 1;
  return count;
}

function kindAt(value: string, index: number): number {
  const code = value.charCodeAt(index);
  if (code >= 97 && code <= 122) return 1;
  if (code >= 65 && code <= 90) return 2;
  return code >= 48 && code <= 57 ? 3 : 4;
}

/** Bits a character, by the text itself. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
