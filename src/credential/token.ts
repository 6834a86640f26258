/** Tokens decoded without verification (RFC 7519, RFC 7515, RFC 7516). Sentences name no part of the token. */
import { parseJson } from '../http/json.ts';
import type { JsonMap, TokenFacts } from '../model.ts';
import { isMap } from '../source.ts';

/** Characters; no header field of any server takes as much. */
const longestDecoded = 1_000_000;
/** Whoever walks the claims may do so by recursion. */
const deepest = 64;

/** Never throws, whatever the text. */
export function decodeToken(value: string): TokenFacts {
  const length = value.length;
  if (length > longestDecoded) {
    return opaque(length, `It has ${length} characters; more than ${longestDecoded} are not decoded.`);
  }
  const { text, oddity } = bare(value);
  const facts = decodeSegments(text);
  return { ...facts, malformed: oddity ?? facts.malformed, length };
}

/** The token without what was wrapped around it by mistake. */
function bare(value: string): { readonly text: string; readonly oddity: string | null } {
  if (value.trim() === '') return { text: '', oddity: 'It is empty.' };
  if (/^(?:undefined|null|NaN|None|\[object \w+\])$/.test(value.trim())) {
    return { text: '', oddity: `It is the word "${value.trim()}": a value was missing where it was made.` };
  }
  if (/\$\{|\{\{/.test(value)) return { text: '', oddity: 'It holds a template that was not filled in.' };
  const quoted = /^\s*(["'`])([\s\S]*)\1\s*$/.exec(value);
  if (quoted) return { text: (quoted[2] ?? '').trim(), oddity: 'It stands in quotation marks.' };
  const prefixed = /^\s*(bearer|token|basic|jwt)(?::|\s)\s*([\s\S]*)$/i.exec(value);
  if (prefixed) {
    return { text: (prefixed[2] ?? '').trim(), oddity: `It begins with the scheme "${prefixed[1]}".` };
  }
  const lineBreak = /[\r\n]/.exec(value);
  if (lineBreak) {
    return {
      text: value.replace(/\s/g, ''),
      oddity: `It holds a line feed at position ${lineBreak.index + 1}.`,
    };
  }
  const blank = /\s/.exec(value);
  if (blank) return { text: value.trim(), oddity: `It holds white space at position ${blank.index + 1}.` };
  return { text: value, oddity: null };
}

function decodeSegments(text: string): Omit<TokenFacts, 'length'> {
  // The limit keeps a text of nothing but dots from becoming a million strings.
  const segments = text.split('.', 7);
  const header = decodeSegment(segments[0] ?? '', 'header');
  const claims = decodeSegment(segments[1] ?? '', 'claims');
  if (segments.length === 5 && header.value && 'enc' in header.value) {
    return { format: 'jwe', header: header.value, claims: null, malformed: header.problem };
  }
  if (!looksLikeJwt(segments, header.value, claims.value)) {
    return { format: 'opaque', header: null, claims: null, malformed: null };
  }
  const malformed =
    segments.length === 3
      ? (header.problem ?? claims.problem ?? signatureProblem(header.value, segments[2] ?? ''))
      : `It has ${segments.length > 6 ? 'more than 6' : segments.length} ${segments.length === 1 ? 'segment' : 'segments'}; a JWT has 3.`;
  return { format: 'jwt', header: header.value, claims: claims.value, malformed };
}

/** Signed cookies and some opaque tokens have dots, or begin with JSON, as well. */
function looksLikeJwt(segments: readonly string[], header: JsonMap | null, claims: JsonMap | null): boolean {
  if (typeof header?.['alg'] === 'string') return true;
  if (segments.length !== 3) return false;
  return claims !== null || (header === null && (segments[0] ?? '').startsWith('eyJ'));
}

interface Decoded {
  readonly value: JsonMap | null;
  readonly problem: string | null;
}

function decodeSegment(segment: string, what: 'header' | 'claims'): Decoded {
  const fails = (problem: string): Decoded => ({ value: null, problem });
  const are = what === 'header' ? 'Its header is' : 'Its claims are';
  if (segment === '') return fails(`${are} empty.`);
  if (!/^[A-Za-z0-9_+/-]*={0,2}$/.test(segment)) return fails(`${are} not base64url.`);
  const digits = segment.replace(/=+$/, '');
  if (digits.length % 4 === 1) return fails(`${are} cut: no base64url text has ${digits.length} characters.`);
  const text = utf8(Buffer.from(digits, 'base64'));
  if (text === null) return fails(`${are} not UTF-8.`);
  if (depth(text) > deepest) return fails(`${are} nested more than ${deepest} levels deep.`);
  const parsed = parseJson(text);
  if ('error' in parsed) return fails(`${are} not JSON.`);
  if (!isMap(parsed.value)) return fails(`${are} not a JSON object.`);
  if (what === 'header' && typeof parsed.value['alg'] !== 'string') {
    return { value: parsed.value, problem: 'Its header names no "alg".' };
  }
  return { value: parsed.value, problem: /[+/=]/.test(segment) ? `${are} base64, not base64url.` : null };
}

function signatureProblem(header: JsonMap | null, signature: string): string | null {
  const none = String(header?.['alg']).toLowerCase() === 'none';
  if (signature === '') return none ? null : 'Its signature is empty.';
  if (none) return 'It has a signature although its "alg" is "none".';
  if (!/^[A-Za-z0-9_-]+$/.test(signature)) return 'Its signature is not base64url.';
  if (signature.length % 4 === 1) {
    return `Its signature is cut: no base64url text has ${signature.length} characters.`;
  }
  return null;
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Brackets open at once, strings left out; also of text that is not JSON. */
function depth(text: string): number {
  let open = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '{' || character === '[')) most = Math.max(most, ++open);
    else if (!quoted && (character === '}' || character === ']')) open -= 1;
  }
  return most;
}

function opaque(length: number, malformed: string | null): TokenFacts {
  return { format: 'opaque', header: null, claims: null, malformed, length };
}
