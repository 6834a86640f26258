/** Secrets that a text says to be some: by the name beside them, the scheme before them, or their own form. */
import { type Layer, unescaped } from './escapes.ts';
import { isGenerated, longestJudged, nameTells, shortestNamed } from './names.ts';

export type Named = readonly [name: string, value: string];

/** Text within text. */
const deepest = 5;
/** Of one text. */
const most = 10_000;

const stem =
  /token|secret|jwt|bearer|assertion|pass|pwd|key|credential|verifier|code|ticket|[cx]srf|sess|sid|saml|wresult|auth/gi;
const longestName = 64;
const inName = /[\w$.-]/;
const restOfName = /[\w$.-]{0,64}/y;
/** What stands between a name and its value; the value is what is caught. */
const values: readonly RegExp[] = [
  // JSON, programs, attributes: in quotation marks.
  /["']?\]?\s{0,20}(?:=>|:|=)\s{0,20}\[?\s{0,20}(["'`])([^"'`\s<>]{16,16000})(?=\1|$)/y,
  // Forms, addresses, YAML, fields of a header.
  /\s{0,4}(?:=|:)[ \t]{0,20}([^\s&#"'`<>;,(){}[\]|\\]{16,16000})/y,
  // XML.
  /(?:\s[^<>]{0,300})?>\s{0,20}(?:<!\[CDATA\[)?([^<>\s\]]{16,16000})\s{0,20}(?:\]\]>)?</y,
  // Lists of pairs in JSON; `<meta name="x" content="y">`.
  /["']\s{0,20},\s{0,20}["']value["']\s{0,20}:\s{0,20}["']([^"'\s]{16,16000})["']/y,
  /["'][^<>]{0,300}?\s(?:content|value)\s{0,4}=\s{0,4}["']([^"'<>\s]{16,16000})["']/y,
  // RFC 7578.
  /"[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,4}\r?\n(\S{16,16000})/y,
];
const scheme = /\b(bearer|dpop|basic|token|apikey)(?: |\+)+([\w.~+/-]{8,16000}=*)/gi;
/** RFC 3986 section 3.2.1: a password, or a token instead of a user. */
const userinfo = /:\/\/(?:[^/?#@:\s"'<>]{0,200}:([^/?#@\s"'<>]{8,400})|([^/?#@:\s"'<>]{16,400}))@/g;
const jwt = /(?<![\w-])eyJ[\w-]{8,8000}\.[\w-]{2,16000}\.[\w-]{16,16000}(?:\.[\w-]{2,16000}){0,2}/g;
/** JSON in base64: the claims of a token, the `state` of a login. */
const wrapped = /(?<![\w+/-])ey[IJ][\w+/-]{20,16000}/g;
/** Private members of RFC 7518 section 6. */
const member = /["'](?:d|p|q|dp|dq|qi|k)["']\s{0,20}:\s{0,20}["']([\w-]{16,2000})["']/g;
const pem = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----([\w\s+/=\\]{40,20000})-----END /g;

/** Whether a value is secret by the name under which it comes. */
export function isNamedSecret(name: string, value: string): boolean {
  return nameTells(name) !== null && isGenerated(value);
}

/** Each as it is written at its place; the same may come several times. */
export function namedIn(text: string): Named[] {
  const found: Named[] = [];
  searchWrapped(text, found);
  let layer: Layer | null = mayEscape.test(text)
    ? unescaped({ bytes: Buffer.from(text, 'utf8'), from: null, to: null })
    : null;
  for (let depth = 1; layer && depth <= deepest && found.length < most; depth += 1) {
    searchWrapped(Buffer.from(layer.bytes).toString('utf8'), found);
    layer = unescaped(layer);
  }
  return found.filter(([, value]) => !value.includes('[secret:'));
}

/** Signs of what `unescaped` undoes. */
const mayEscape = /[^\t\n\r -~]|[%\\&]/;

function searchWrapped(text: string, found: Named[]): void {
  search(text, found);
  if (!text.includes('ey')) return;
  for (const [json] of text.matchAll(wrapped)) search(Buffer.from(json, 'base64').toString('utf8'), found);
}

function search(text: string, found: Named[]): void {
  stem.lastIndex = 0;
  for (let at = stem.exec(text); at && found.length < most; at = stem.exec(text)) {
    let start = at.index;
    while (start > 0 && at.index - start < longestName && inName.test(text.charAt(start - 1))) start -= 1;
    restOfName.lastIndex = at.index;
    const end = at.index + (restOfName.exec(text)?.[0].length ?? 0);
    const name = text.slice(start, end);
    stem.lastIndex = Math.max(end, at.index + 1);
    const tells = nameTells(name);
    const value = tells && valueAt(text, end);
    if (!value) continue;
    // Names within a long value are passed over: a text of nothing else would take the square of its length.
    if (value.length > longestJudged) stem.lastIndex += longestJudged;
    // Not the words of a sentence: JSON, or a form.
    const isWritten = /["'=]/.test(text.charAt(end));
    if (isGenerated(value) || (tells === 'certain' && isWritten && isOpaque(value)))
      found.push([name, value]);
  }
  for (const [, name = '', value = ''] of text.matchAll(scheme))
    if (name.toLowerCase() === 'basic' ? isPair(value) : isGenerated(value)) found.push([name, value]);
  if (text.includes('://'))
    for (const [, password, user = ''] of text.matchAll(userinfo))
      if (password !== undefined || isGenerated(user)) found.push(['userinfo', password ?? user]);
  if (text.includes('eyJ')) for (const [value] of text.matchAll(jwt)) found.push(['JWT', value]);
  if (text.includes('kty'))
    for (const [, value = ''] of text.matchAll(member)) found.push(['private key', value]);
  if (text.includes('PRIVATE KEY'))
    for (const [, body = ''] of text.matchAll(pem))
      for (const line of body.split(/\\[rn]|\s+/))
        if (line.length >= shortestNamed) found.push(['private key', line]);
}

function valueAt(text: string, index: number): string | null {
  for (const pattern of values) {
    pattern.lastIndex = index;
    const match = pattern.exec(text);
    if (match) return (match.at(-1) ?? '').replace(/[.,]+$/, '');
  }
  return null;
}

/** No address, no name of a standard. */
function isOpaque(value: string): boolean {
  return value.length >= shortestNamed && !/^(?:urn:|[a-z][a-z0-9+.-]*:\/\/)/i.test(value);
}

/** RFC 7617. */
function isPair(value: string): boolean {
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return /^[^:]{1,200}:[\x20-\x7e]{1,200}$/.test(pair);
}
