/** Secrets beside a name that tells what they are: `client_secret: x`, `TOKEN=x`, `--password x`, `"key": "token", "value": x`. */
import { type Candidate, mostCandidates } from './candidate.ts';
import { type FileKind, isDotenv } from './ground.ts';
import { type Telling, tellingName } from './names.ts';
import { isPlaceholder, isRandom, isSecret } from './values.ts';

/** A part of every name that tells. */
const stems =
  /[pP](?:ass|ASS|wd|WD|at\b|AT\b|sk|SK)|[sS](?:ecret|ECRET)|[?&]sig=|[tT](?:oken|OKEN)|[kK](?:ey|EY)|[jJ](?:wt|WT)|[aA](?:uth|UTH)|[cC](?:ookie|OOKIE|redential|REDENTIAL)/g;
const longestName = 64;
const restOfName = /[\w$.-]{0,80}/y;

/** What stands between a name and its value. */
const separator =
  /\\?["'\]`]{0,2}[ \t]{0,20}(?::\s{0,2}(?:string|String|str|any)\s{0,2}=|:=|=>|=(?!=)|:(?![:=-])|,(?=\s{0,40}\\?["']))[ \t]{0,20}(?:\r?\n[ \t]{0,60}(?=\\?["']))?/y;
/** The same in lists of pairs: `"key": "token", "type": "text", "value": "x"`, `- name: TOKEN` and `value: x` below it. */
const pairSeparator =
  /(?:\\?["']\s{0,4},\s{0,60}(?:\\?["'](?!value)\w{1,20}\\?["']\s{0,4}:\s{0,4}(?:\\?["'][^"'\n{}]{0,60}\\?["']|true|false|null|\d{1,20})\s{0,4},\s{0,60}){0,3}\\?["']value\\?["']\s{0,4}:|["']?[ \t]{0,4}\r?\n[ \t]{1,40}value:(?=[ \t])|["']\s{1,20}value\s{0,4}=)[ \t]{0,20}/y;
const spaces = /[ \t]{1,20}/y;
const defaultValue = /:?[-=]([^}\s"']{1,200})\}/y;
const element = /[^<>]{0,100}>([^<>\s]{1,2000})<\//y;
const block = /[|>][+-]?[ \t]{0,8}\r?\n[ \t]{1,40}(?=\S)/y;
const quoted = /[bfruBFRU]{0,2}(\\?["'`])/y;
const bare = /[^\s"'`,;&<>(){}[\]|\\]{1,512}/y;
const dotenvBare = /[^\s"'`]{1,512}/y;
const shellBare = /[^\s"'`;&<>()|\\]{1,512}/y;
const credentials =
  /(?:(bearer|basic|digest|token|apikey|dpop|bot|key)[ \t]{1,4})?([^\s"'`\\,;<>{}()[\]]{1,2000})/iy;

interface Literal {
  readonly value: string;
  readonly start: number;
}

/** Text at which `pattern` (sticky) matches from `index` on; null where it does not. */
function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** Behind a long value that was looked at: nothing is looked for in it again, so that the time stays linear. */
let judgedTo = 0;

export function namedIn(text: string, file: FileKind): Candidate[] {
  const found: Candidate[] = [];
  stems.lastIndex = 0;
  for (let stem = stems.exec(text); stem !== null; stem = stems.exec(text)) {
    const isSignature = stem[0].endsWith('sig=');
    const from = isSignature ? stem.index + 1 : stem.index;
    let left = from;
    while (left > 0 && from - left <= longestName && isNamePart(text.charCodeAt(left - 1))) left -= 1;
    const right = from + (at(restOfName, text, from)?.[0].length ?? 0);
    stems.lastIndex = Math.max(stems.lastIndex, right);
    if (from - left > longestName || right - left > longestName) continue;
    const name = text.slice(left, right).replace(/[.-]+$/, '');
    const telling = isSignature ? 'key' : tellingName(name);
    if (telling === null) continue;
    for (const each of valuesOf(text, left, left + name.length, telling, file))
      found.push({ ...each, name: name.replace(/^[$.-]+/, '') });
    stems.lastIndex = Math.max(stems.lastIndex, judgedTo);
    judgedTo = 0;
    if (found.length >= mostCandidates) break;
  }
  return found;
}

function isNamePart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code === 45 ||
    code === 46
  );
}

function valuesOf(text: string, left: number, right: number, telling: Telling, file: FileKind): Candidate[] {
  const before = text.slice(Math.max(0, left - 2), left);
  if (/[{(%]$/.test(before) && /\$\{$|\{\{$|\$\($|#\{$/.test(before))
    return fromDefault(text, right, telling, file);
  if (before.endsWith('<')) return fromElement(text, right, telling);
  const start = valueStart(text, left, right, file);
  if (start === null) return [];
  if (telling === 'authorization') return authorization(text, start, file);
  if (telling === 'cookie') return cookies(text, start);
  const literal = literalAt(text, start, left, right, file);
  if (literal && literal.value.length > 64) judgedTo = literal.start + literal.value.length;
  if (literal === null || !isSecret(telling, literal.value, file.ground)) return [];
  return [candidate(telling, literal)];
}

/** Where the value of the name begins: behind its separator, or the blanks behind a flag. */
function valueStart(text: string, left: number, right: number, file: FileKind): number | null {
  const sign = at(pairSeparator, text, right) ?? at(separator, text, right);
  if (sign) return sign[0].includes(',') && isListed(text, left, sign) ? null : right + sign[0].length;
  const isFlag = text.charAt(left) === '-' && file.ground !== 'code';
  if (!isFlag && file.spaced !== true) return null;
  const gap = at(spaces, text, right);
  return gap ? right + gap[0].length : null;
}

/** Of `["token", "key"]` none is the value of the other; of `["token", "x"]` alone, and of `set("token", "x")`, it is. */
function isListed(text: string, left: number, sign: RegExpExecArray): boolean {
  if (sign[0].endsWith(':') || sign[0].includes('value')) return false;
  const before = text.slice(Math.max(0, left - 3), left).replace(/\\?["'`]$/, '');
  return !/[([{]$/.test(before);
}

function literalAt(text: string, start: number, left: number, right: number, file: FileKind): Literal | null {
  const quote = at(quoted, text, start);
  if (quote) {
    const opened = start + quote[0].length;
    const closed = endOfQuoted(text, opened, quote[1] ?? '"');
    return closed === null ? null : { value: text.slice(opened, closed), start: opened };
  }
  const before = text.charAt(left - 1);
  const inUrl = /[?&;]/.test(before) && text.charAt(start - 1) === '=';
  const isShell =
    file.shell && (text.charAt(start - 1) === '=' || text.charAt(left) === '-' || file.spaced === true);
  // A header field in a string: 'X-Api-Key: x'.
  const isField = /["'`]/.test(before) && /^:[ \t]*$/.test(text.slice(right, start));
  if (!file.unquoted && !inUrl && !isShell && !isField) return null;
  const lines = at(block, text, start);
  const from = lines ? start + lines[0].length : start;
  const value = at(
    isShell ? shellBare : isDotenv(text, start, left, file) ? dotenvBare : bare,
    text,
    from,
  )?.[0];
  if (value === undefined) return null;
  // Several words are a sentence.
  const behind = text.slice(from + value.length, from + value.length + 3);
  const isSentence = !isShell && !inUrl && /^[ \t]+[^#\s"'\\]/.test(behind);
  return isSentence ? null : { value, start: from };
}

/** On the same line; null: it is not closed. */
function endOfQuoted(text: string, from: number, quote: string): number | null {
  for (let index = from; index < text.length && index - from <= 1024; index += 1) {
    if (text.startsWith(quote, index)) return index;
    const character = text.charAt(index);
    if (character === '\n') return null;
    if (character === '\\') index += 1;
  }
  return null;
}

/** `${PASSWORD:-x}`. */
function fromDefault(text: string, right: number, telling: Telling, file: FileKind): Candidate[] {
  const match = at(defaultValue, text, right);
  const value = match?.[1];
  if (!match || value === undefined || !isSecret(telling, value, file.ground)) return [];
  return [candidate(telling, { value, start: right + match[0].indexOf(value) })];
}

/** `<password>x</password>`. */
function fromElement(text: string, right: number, telling: Telling): Candidate[] {
  const match = at(element, text, right);
  const value = match?.[1];
  if (!match || value === undefined || !isSecret(telling, value, 'settings')) return [];
  return [candidate(telling, { value, start: right + match[0].lastIndexOf(value) })];
}

function candidate(telling: Telling, { value, start }: Literal): Candidate {
  const kind = telling === 'password' || telling === 'key' ? telling : 'token';
  return { kind, what: `a ${kind}`, name: null, value, start, end: start + value.length };
}

/** Scheme and credentials of an Authorization field. */
function authorization(text: string, start: number, file: FileKind): Candidate[] {
  const quote = at(quoted, text, start);
  const from = start + (quote?.[0].length ?? 0);
  const match = at(credentials, text, from);
  const value = match?.[2];
  if (!match || value === undefined) return [];
  const scheme = match[1]?.toLowerCase();
  const offset = from + match[0].length - value.length;
  const isTold =
    scheme === 'basic'
      ? isPair(value) || (file.ground !== 'prose' && /^[^:]+:[^:]{4,}$/.test(value) && !isPlaceholder(value))
      : scheme !== 'digest' &&
        (isRandom(value) || (scheme !== undefined && isSecret('token', value, file.ground)));
  if (!isTold) return [];
  return [
    {
      kind: 'authorization',
      what: authorizationWhat(scheme),
      name: null,
      value,
      start: offset,
      end: offset + value.length,
    },
  ];
}

function authorizationWhat(scheme: string | undefined): string {
  if (scheme === 'basic') return 'a user name and password';
  return scheme === undefined ? 'a credential' : 'a token';
}

/** User name and password as base64 (RFC 7617), neither of them a word of examples. */
export function isPair(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{8,1000}={0,2}$/.test(value) || isPlaceholder(value)) return false;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0 || !/^[\x20-\x7e]+$/.test(pair)) return false;
  const password = pair.slice(colon + 1);
  const secret = password === '' ? pair.slice(0, colon) : password;
  return (
    secret.length >= 4 &&
    !isPlaceholder(secret) &&
    !/^open ?sesame$/i.test(secret) &&
    secret !== pair.slice(0, colon)
  );
}

const sessionCookie = /sess|sid$|auth|token|jwt|remember|^id$|identity/i;
const restOfLine = /[^\r\n"'`]{1,8000}/y;

/** Cookies that keep somebody signed in. */
function cookies(text: string, start: number): Candidate[] {
  const quote = at(quoted, text, start);
  const from = start + (quote?.[0].length ?? 0);
  const found: Candidate[] = [];
  let offset = from;
  const line = at(restOfLine, text, from)?.[0] ?? '';
  judgedTo = from + line.length;
  for (const pair of line.split(';').slice(0, 50)) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(equals, 0)).trim();
    const value = pair.slice(equals + 1).trim();
    if (equals > 0 && sessionCookie.test(name) && value.length >= 16 && isRandom(value)) {
      const begin = offset + pair.indexOf(value, equals);
      found.push({
        kind: 'cookie',
        what: `the cookie "${name.slice(0, 40)}"`,
        name: null,
        value,
        start: begin,
        end: begin + value.length,
      });
    }
    offset += pair.length + 1;
  }
  return found;
}
