/** Credentials that are arguments: of curl and other programs, of calls in code, behind the name of a scheme. */
import { type Candidate, mostCandidates } from './candidate.ts';
import type { FileKind } from './ground.ts';
import { isPair } from './named.ts';
import { isPlaceholder, isRandom, isSecret } from './values.ts';

const scheme = /(bearer|basic|dpop)(?: |%20|\+)([A-Za-z0-9._~+/=-]{8,8000})/gi;
/** `-u user:password`, of curl and others. */
const userFlag = /(?:-u|-U|--user|--proxy-user)(?:[ \t]{1,4}|=)["']?([^\s:"'`]{1,100}):([^\s"'`\\]{1,200})/g;
const passwordFlag =
  /\b(?:sshpass|docker login|podman login|az login|mysql|mysqldump|psql|redis-cli)\b[^\n|;&]{0,200}? -(?:p|a)[ \t]?["']?([^\s"'`\\-][^\s"'`\\]{3,200})/g;
const secureString = /ConvertTo-SecureString(?:[ \t]{1,4}-String)?[ \t]{1,4}["']([^"'\n]{4,200})["']/gi;
/** `auth=("user", "password")`, `HTTPBasicAuth("user", "password")`, `.auth("user", "password")`. */
const pairCall =
  /(?:\bauth[ \t]{0,4}=[ \t]{0,4}\(|\bHTTP(?:Basic|Digest)Auth\(|\bBasicAuth\(|\bbasic_auth[ \t]{0,4}[(=][ \t]{0,4}\(?|\.auth\(|\bSetBasicAuth\()[ \t\n]{0,40}["']([^"'\n]{0,100})["'],[ \t\n]{0,40}["']([^"'\n]{1,200})["']/gi;
/** The section of hurl. */
const basicSection = /^\[Basic(?:Auth)?\][ \t]*\r?\n[ \t]*([^\s:]{1,100}):[ \t]*(\S{1,200})/gm;

export function callsIn(text: string, file: FileKind): Candidate[] {
  return [
    ...schemes(text),
    ...(file.ground === 'prose' ? [] : pairs(text, userFlag, file)),
    ...pairs(text, pairCall, file),
    ...(file.ground === 'prose' ? [] : pairs(text, basicSection, file)),
    ...passwords(text, secureString),
    ...(file.shell || file.ground === 'settings' ? passwords(text, passwordFlag) : []),
  ];
}

function schemes(text: string): Candidate[] {
  const found: Candidate[] = [];
  for (const match of text.matchAll(scheme)) {
    const value = (match[2] ?? '').replace(/[.,]+$/, '');
    const isBasic = match[1]?.toLowerCase() === 'basic';
    if (isBasic ? !isPair(value) : !isRandom(value) || value.length < 16) continue;
    const start = match.index + match[0].indexOf(match[2] ?? '', match[1]?.length);
    const what = isBasic ? 'a user name and password' : 'a token';
    found.push({ kind: 'authorization', what, name: null, value, start, end: start + value.length });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

function pairs(text: string, pattern: RegExp, file: FileKind): Candidate[] {
  const found: Candidate[] = [];
  for (const match of text.matchAll(pattern)) {
    const [all, user = '', value = ''] = match;
    // An option begins a word.
    if (all.startsWith('-') && !/\s/.test(text.charAt(match.index - 1))) continue;
    const ground = file.ground === 'prose' || file.ground === 'code' ? file.ground : 'values';
    if (value === user || !isSecret('password', value, ground)) continue;
    const start = match.index + all.lastIndexOf(value);
    found.push({ kind: 'password', what: 'a password', name: null, value, start, end: start + value.length });
    if (found.length >= mostCandidates) break;
  }
  return found;
}

function passwords(text: string, pattern: RegExp): Candidate[] {
  const found: Candidate[] = [];
  for (const match of text.matchAll(pattern)) {
    const value = match[1] ?? '';
    if (isPlaceholder(value) || !/[\d\W]/.test(value)) continue;
    const start = match.index + match[0].lastIndexOf(value);
    found.push({ kind: 'password', what: 'a password', name: null, value, start, end: start + value.length });
    if (found.length >= mostCandidates) break;
  }
  return found;
}
