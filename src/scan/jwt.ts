/** JSON Web Tokens as they lie in files: decoded, not verified (RFC 7519; RFC 7516 where they are encrypted). */
import { parseJson } from '../http/json.ts';
import type { Json, JsonMap } from '../model.ts';
import { isMap } from '../source.ts';

export interface StoredJwt {
  readonly header: JsonMap;
  /** null: encrypted. */
  readonly claims: JsonMap | null;
}

/** A JWS or JWE in compact form, from where a word begins. */
export const jwtPattern: RegExp = /(?<![\w-])eyJ[\w-]{5,8000}(?:\.[\w-]{0,16000}){2,4}/g;

/** null: it only looks like one, or is an example that everybody copies. */
export function readJwt(text: string): StoredJwt | null {
  const parts = text.split('.');
  const header = decoded(parts[0] ?? '');
  if (header === null || typeof header['alg'] !== 'string') return null;
  if (parts.length === 5) return typeof header['enc'] === 'string' ? { header, claims: null } : null;
  if (parts.length !== 3) return null;
  const claims = decoded(parts[1] ?? '');
  if (claims === null || isExample(claims)) return null;
  const signature = parts[2] ?? '';
  const isSigned = header['alg'].toLowerCase() === 'none' ? signature === '' : signature.length >= 20;
  return isSigned ? { header, claims } : null;
}

function decoded(part: string): JsonMap | null {
  const parsed = parseJson(Buffer.from(part, 'base64url').toString('utf8'));
  return 'value' in parsed && isMap(parsed.value) ? parsed.value : null;
}

/** The token of jwt.io, and those of RFC 7515 and RFC 7519. */
function isExample(claims: JsonMap): boolean {
  if (claims['iss'] === 'joe' && claims['exp'] === 1_300_819_380) return true;
  return (
    claims['sub'] === '1234567890' &&
    (claims['name'] === 'John Doe' || claims['iat'] === 1_516_239_022 || Object.keys(claims).length <= 3)
  );
}

/** A claim of time as milliseconds since the epoch; null: there is none that a date can hold. */
export function timeOf(claims: JsonMap | null, name: string): number | null {
  const value = claims?.[name];
  return typeof value === 'number' && Math.abs(value) <= 8.64e12 ? value * 1000 : null;
}

/** The texts of a claim that is one text or a list. */
export function textsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
