/**
 * Faults in the form of credential values (RFC 6750 section 2.1, RFC 7617), found without knowing what is right. No part
 * of a value is quoted: what looks like a placeholder may be somebody's password.
 */
import type { ShapeFault } from '../model.ts';
import { isNoValue } from '../secret.ts';

/** Longer values are looked at no further: their ends are what tells. */
const longest = 100_000;

const words = /^(?:todo|changeme|change_me|xxx+)$/i;
/** Forms of placeholders that nobody filled in; the whole value. */
const placeholders: readonly RegExp[] = [
  /^\$[A-Za-z_][A-Za-z0-9_]{2,}$/,
  /^%[A-Za-z_][A-Za-z0-9_]{2,}%$/,
  /^<[A-Za-z][A-Za-z0-9 _.-]{1,60}>$/,
  /^(?:your|my|insert)[-_ ](?:[a-z]+[-_ ]){0,3}(?:token|key|secret|password)(?:[-_ ]here)?$/i,
];
/** Parts of templates, wherever they stand; no token holds braces (RFC 6750 `b64token`). */
const braces =
  /\$\{[^}]{0,200}\}|\{\{[^}]{0,200}\}\}|#\{[^}]{0,200}\}|<%=[^%]{0,200}%>|\$\([A-Za-z_]\w{0,60}\)/;

/** The value of a bearer token or an API key. */
export function valueFaults(value: string): ShapeFault[] {
  const trimmed = value.slice(0, longest).trim();
  if (trimmed === '') return [{ fault: 'empty', seen: 'it is empty' }];
  const missing = placeholderIn(trimmed);
  if (missing) return [missing];
  const faults: ShapeFault[] = [];
  const add = (fault: ShapeFault['fault'], seen: string): void => void faults.push({ fault, seen });
  if (/^(?:\{\s*"[\s\S]*\}|\[\s*[{"][\s\S]*\]|<[\s\S]*>)$/.test(trimmed)) {
    const kind = trimmed.startsWith('<') ? 'markup' : 'JSON';
    return [{ fault: 'document', seen: `it is a whole document of ${kind}: begins with ${trimmed[0]}` }];
  }
  const quote = /^(["'`])[\s\S]*\1$/.test(trimmed) && trimmed.length > 1 ? 'both ends' : edgeQuote(trimmed);
  if (quote !== null) add('quoted', `a quotation mark stands at ${quote}`);
  const scheme = /^["'`]?(bearer|token|basic|jwt|dpop)(?::|\s)\s*\S/i.exec(trimmed)?.[1];
  if (scheme !== undefined) add('scheme-repeated', `it begins with the scheme "${scheme}" itself`);
  if (/[\r\n]/.test(value)) add('line-break', 'it holds a line feed');
  if (/^\s|\s$/.test(value)) add('outer-space', 'white space stands at an end of it');
  if (scheme === undefined && /[ \t]/.test(trimmed)) add('inner-space', 'it holds white space');
  if (/%[0-9A-Fa-f]{2}/.test(trimmed)) add('percent-encoded', 'it holds percent-encoded characters');
  if (/[^\t\n\r\x20-\x7e]/.test(trimmed)) add('not-ascii', 'it holds characters outside of US-ASCII');
  return faults;
}

/** User name and password of Basic, each by itself. A password may hold anything but what was never meant. */
export function pairFaults(username: string, password: string): ShapeFault[] {
  const faults: ShapeFault[] = [];
  for (const [what, text] of [
    ['user name', username],
    ['password', password],
  ] as const) {
    const missing = placeholderIn(text.trim());
    if (text === '') faults.push({ fault: 'empty', seen: `the ${what} is empty` });
    else if (missing) faults.push({ fault: missing.fault, seen: `the ${what}: ${missing.seen}` });
    else if (/^\s|\s$/.test(text))
      faults.push({ fault: 'outer-space', seen: `white space stands at an end of the ${what}` });
    else if (/[^\x20-\x7e]/.test(text))
      faults.push({ fault: 'not-ascii', seen: `the ${what} holds characters outside of US-ASCII` });
  }
  return faults;
}

/** What follows `Basic ` in a value that was written by hand. */
export function basicFaults(text: string): ShapeFault[] {
  const value = text.trim();
  if (value === '') return [{ fault: 'empty', seen: 'nothing follows the scheme' }];
  const missing = placeholderIn(value);
  if (missing) return [missing];
  if (/^bearer\s/i.test(value) || /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(value))
    return [{ fault: 'token-in-basic', seen: 'a token stands where user name and password belong' }];
  if (value.length > longest) return [];
  const pair = /^[A-Za-z0-9+/_-]+={0,2}$/.test(value)
    ? Buffer.from(value, 'base64').toString('latin1')
    : null;
  if (pair === null) return [{ fault: 'not-a-pair', seen: 'it is not base64' }];
  const colon = pair.indexOf(':');
  if (colon < 0) return [{ fault: 'not-a-pair', seen: 'it holds no colon when decoded' }];
  return pairFaults(pair.slice(0, colon), pair.slice(colon + 1));
}

/** A whole Authorization value. What was redacted (`[secret:NAME]`) counts as right. */
export function authorizationFaults(value: string): ShapeFault[] {
  const redacted = value.includes('[secret:');
  const text = value.replaceAll(/\[secret:[^\]]*\]/g, 'c2VjcmV0');
  const [scheme = '', ...rest] = text.trimStart().split(/ /);
  const credentials = rest.join(' ');
  if (/^basic$/i.test(scheme)) return redacted ? [] : basicFaults(credentials);
  if (/^(?:bearer|token|jwt|apikey)$/i.test(scheme)) return valueFaults(credentials);
  return rest.length === 0 ? valueFaults(text) : [];
}

function placeholderIn(value: string): ShapeFault | null {
  const bare = value.replace(/^(["'`])([\s\S]*)\1$/, '$2').replace(/^(?:bearer|token|basic|jwt)\s+/i, '');
  if (isNoValue(bare))
    return { fault: 'placeholder', seen: `it is "${bare}": a value was missing where it was made` };
  if (words.test(bare))
    return { fault: 'placeholder', seen: 'it is a word for a value that was missing where it was made' };
  if (placeholders.some((pattern) => pattern.test(bare)))
    return { fault: 'template', seen: 'it is a placeholder that was not filled in' };
  if (!braces.test(value.slice(0, longest))) return null;
  return { fault: 'template', seen: 'it holds a template that was not filled in' };
}

function edgeQuote(value: string): string | null {
  if (/^["'`]/.test(value)) return 'its beginning';
  return /["'`]$/.test(value) ? 'its end' : null;
}
