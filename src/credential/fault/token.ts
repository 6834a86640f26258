/** Tokens and signatures made wrong on purpose; what comes out is never the same as what went in. */
import { decodeToken } from '../token.ts';

/** The changed text, or why it cannot be made: the end of a sentence about the token. */
export type Changed = { readonly text: string } | { readonly problem: string };

/** A JWT without its last segment; of other tokens the middle character is another one. */
export function malformed(token: string): Changed {
  const segments = token.split('.');
  if (decodeToken(token).format === 'jwt' && segments.length === 3) {
    return { text: segments.slice(0, 2).join('.') };
  }
  return { text: replaceAt(token, Math.floor(token.length / 2)) };
}

/** Its first signature character is another one: in the last, some bits mean nothing (RFC 7515 appendix C). */
export function tamperedToken(token: string): Changed {
  const segments = token.split('.');
  const [header = '', claims = '', signature = ''] = segments;
  if (decodeToken(token).format !== 'jwt' || segments.length !== 3 || signature === '') {
    return { problem: 'is no signed JWT' };
  }
  return { text: [header, claims, replaceAt(signature, 0)].join('.') };
}

/** RFC 7519 section 6: header {"alg":"none"}, the same claims, an empty signature. */
export function withoutAlgorithm(token: string): Changed {
  const { format, header } = decodeToken(token);
  const claims = token.split('.')[1] ?? '';
  if (format !== 'jwt' || header === null) return { problem: 'is no JWT' };
  const none = Buffer.from(JSON.stringify({ ...header, alg: 'none' }), 'utf8').toString('base64url');
  return { text: `${none}.${claims}.` };
}

/** The character at `at` becomes another of its kind: a digit, a hexadecimal or another letter. */
export function replaceAt(text: string, at: number): string {
  const old = text[at] ?? '';
  const [first = '', second = ''] = /\d/.test(old) ? '01' : /[A-Z]/.test(old) ? 'AB' : 'ab';
  return text.slice(0, at) + (old === first ? second : first) + text.slice(at + 1);
}
