/** Secrets that are known by their own form, wherever they stand. */
import { createRequire } from 'node:module';
import { type Candidate, mostCandidates } from './candidate.ts';
import { jwtPattern, readJwt } from './jwt.ts';
import type { Shape } from './shape-source.ts';
import { type Ground, isPlaceholder, isSecret } from './values.ts';

const require = createRequire(import.meta.url);

interface Shapes {
  /** Those that begin with letters of their own, in one. */
  readonly any: RegExp;
  /** The others, each looked for where its stem is in the text. */
  readonly stems: readonly { readonly stem: string; readonly pattern: RegExp }[];
  readonly each: readonly { readonly what: string; readonly whole: RegExp }[];
}
let loaded: Shapes | null = null;

function shapes(): Shapes {
  if (loaded) return loaded;
  const list = require('./kinds.json') as Shape[];
  const word = (pattern: string): RegExp => new RegExp(`\\b(?:${pattern})(?![A-Za-z0-9_])`, 'g');
  const direct = list.filter(({ stem }) => stem === undefined).map(({ pattern }) => `(?:${pattern})`);
  loaded = {
    any: word(direct.join('|')),
    stems: list.flatMap(({ stem, pattern }) =>
      stem === undefined ? [] : [{ stem, pattern: word(pattern) }],
    ),
    each: list.map(({ what, pattern }) => ({ what, whole: new RegExp(`^(?:${pattern})$`) })),
  };
  return loaded;
}

/** Tokens of providers, JWTs, private keys as PEM and JWK, passwords in URLs. */
export function shapesIn(text: string, ground: Ground): Candidate[] {
  return [
    ...jwts(text),
    ...ofProviders(text),
    ...privateKeys(text),
    ...privateJwks(text),
    ...urlPasswords(text, ground),
  ];
}

function jwts(text: string): Candidate[] {
  const found: Candidate[] = [];
  if (!text.includes('eyJ')) return found;
  for (const { 0: value, index: start } of text.matchAll(jwtPattern)) {
    const jwt = readJwt(value);
    if (!jwt) continue;
    const kind = jwt.claims === null ? 'jwe' : 'jwt';
    const what = kind === 'jwe' ? 'an encrypted JSON Web Token' : 'a JSON Web Token';
    found.push({ kind, what, name: null, value, start, end: start + value.length, jwt });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

function ofProviders(text: string): Candidate[] {
  const { any, stems, each } = shapes();
  const found: Candidate[] = [];
  const present = stems.filter(({ stem }) => text.includes(stem)).map(({ pattern }) => pattern);
  for (const { 0: value, index: start } of [any, ...present].flatMap((pattern) => [
    ...text.matchAll(pattern),
  ])) {
    if (isPlaceholder(value.replace(/^https:\/\//, '')) || new Set(value).size < 10) continue;
    const what = each.find(({ whole }) => whole.test(value))?.what ?? 'a token';
    found.push({ kind: 'provider', what, name: null, value, start, end: start + value.length });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

const pemBorder = /-----(BEGIN|END) ([A-Z0-9 ]{0,40})PRIVATE KEY(?: BLOCK)?-----/g;

function privateKeys(text: string): Candidate[] {
  const found: Candidate[] = [];
  if (!text.includes('PRIVATE KEY')) return found;
  let begin: RegExpExecArray | null = null;
  for (const border of text.matchAll(pemBorder)) {
    if (border[1] === 'BEGIN') {
      begin = border;
      continue;
    }
    if (begin === null) continue;
    const start = begin.index;
    const end = border.index + border[0].length;
    const body = text.slice(start + begin[0].length, border.index);
    const isEncrypted = begin[2]?.includes('ENCRYPTED') || body.slice(0, 200).includes('ENCRYPTED');
    begin = null;
    if (body.length > 40_000 || !isKeyMaterial(body)) continue;
    const what = isEncrypted ? 'an encrypted private key (PEM)' : 'a private key (PEM)';
    found.push({ kind: 'private-key', what, name: null, value: text.slice(start, end), start, end });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

/** Lines of base64, whatever the language joins them with. */
function isKeyMaterial(body: string): boolean {
  const material = body.replace(/\\[nr]|[\s"'`+,\\|>#*]/g, '');
  if (material.length < 40 || !/^[A-Za-z0-9/=:-]+$/.test(material)) return false;
  return new Set(material).size >= 16 && !isPlaceholder(material.slice(0, 60));
}

const privateMember: Readonly<Record<string, RegExp>> = {
  oct: /["']k["']\s{0,8}:\s{0,8}["']([\w-]{16,2000})["']/g,
  other: /["']d["']\s{0,8}:\s{0,8}["']([\w-]{20,2000})["']/g,
};
/** Of one file. */
const mostJwks = 500;

/** Members `d` and `k` of a JSON Web Key (RFC 7518 section 6) in the same braces as `kty`. */
function privateJwks(text: string): Candidate[] {
  const found: Candidate[] = [];
  if (!text.includes('kty')) return found;
  let count = 0;
  let before = 0;
  for (const { 1: kty, index } of text.matchAll(/["']kty["']\s{0,8}:\s{0,8}["'](RSA|EC|OKP|oct)["']/g)) {
    count += 1;
    if (count > mostJwks) break;
    const near = text.slice(Math.max(before, index - 6000), index);
    const from = index - near.length + near.lastIndexOf('{') + 1;
    const behind = text.slice(index, index + 6000);
    const end = behind.indexOf('}') < 0 ? index + behind.length : index + behind.indexOf('}');
    before = end;
    const pattern = privateMember[kty === 'oct' ? 'oct' : 'other'] as RegExp;
    for (const member of text.slice(from, end).matchAll(pattern)) {
      const value = member[1] ?? '';
      if (new Set(value).size < 10) continue;
      const start = from + member.index + member[0].indexOf(value, 3);
      const what = 'a private JSON Web Key';
      found.push({ kind: 'jwk', what, name: null, value, start, end: start + value.length });
    }
  }
  return found;
}

const userinfo = /([^\s:@/"'`<>\\{}()[\]]{0,100}):([^\s@/"'`<>\\]{1,200})@[\w[.$-]/y;

function urlPasswords(text: string, ground: Ground): Candidate[] {
  const found: Candidate[] = [];
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    userinfo.lastIndex = at + 3;
    const match = userinfo.exec(text);
    if (!match) continue;
    const [, user = '', value = ''] = match;
    const start = at + 3 + user.length + 1;
    if (value === user || !isUrlPassword(value, ground)) continue;
    const what = 'a password in a URL';
    found.push({ kind: 'url-password', what, name: null, value, start, end: start + value.length });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

function isUrlPassword(value: string, ground: Ground): boolean {
  if (isPlaceholder(value) || /^[a-z]{1,5}$/i.test(value)) return false;
  return isSecret('password', value, ground === 'settings' ? 'values' : ground);
}
