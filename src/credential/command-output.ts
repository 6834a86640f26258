/** What a program printed: a token, or JSON that holds one. */
import { parseJson } from '../http/json.ts';
import type { Json, JsonMap } from '../model.ts';
import { isNoValue } from '../secret.ts';
import { isMap } from '../source.ts';
import { unsendable } from './rendering.ts';

export interface Printed {
  readonly token: string;
  /** Milliseconds since the epoch; null where it does not say. */
  readonly expiresAt: number | null;
}
/** `problem`: what is wrong, as the rest of a sentence that quotes nothing. */
export type ReadPrinted = Printed | { readonly problem: string };

const tokenMembers = ['access_token', 'token', 'id_token', 'accessToken'];
const endMembers = ['expires_at', 'expiry', 'expires_on'];

/** `text` is trimmed; `at`: when the program was started. */
export function readPrinted(text: string, at: number): ReadPrinted {
  if (text === '') return { problem: 'printed nothing' };
  if (/^[{["]/.test(text)) return readJson(text, at);
  return checked(text, null);
}

function readJson(text: string, at: number): ReadPrinted {
  const parsed = parseJson(text);
  if ('error' in parsed) return { problem: 'printed what begins as JSON but is not JSON' };
  if (typeof parsed.value === 'string') return checked(parsed.value, null);
  if (!isMap(parsed.value)) return { problem: 'printed JSON that is neither a string nor an object' };
  const members = parsed.value;
  const name = tokenMembers.find((member) => typeof members[member] === 'string');
  if (name === undefined) return { problem: 'printed JSON without access_token, token or id_token' };
  const end = endIn(members, at);
  return typeof end === 'string' ? { problem: end } : checked(String(members[name]), end);
}

function checked(token: string, expiresAt: number | null): ReadPrinted {
  if (/\s/.test(token)) {
    return { problem: 'printed text with white space in it, which is no token, and no JSON object' };
  }
  if (isNoValue(token)) return { problem: 'printed a word for "no value" in the place of a token' };
  const defect = unsendable(token);
  return defect === null ? { token, expiresAt } : { problem: `printed a token that ${defect}` };
}

/** Milliseconds since the epoch, null where nothing is said, or the problem. */
function endIn(members: JsonMap, at: number): number | null | string {
  const lasts = members['expires_in'];
  if (isThere(lasts)) {
    const seconds = numberOf(lasts);
    return seconds === null || seconds < 0
      ? 'printed JSON with an expires_in that is not a number of seconds'
      : at + seconds * 1000;
  }
  const member = endMembers.find((name) => isThere(members[name]));
  if (member === undefined) return null;
  return (
    momentOf(members[member]) ??
    `printed JSON with an ${member} that is neither a date with a time zone (ISO 8601) nor a number of seconds since 1970`
  );
}

function isThere(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== '';
}

function numberOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Seconds, or milliseconds where seconds would lie beyond the year 5000. */
const fewestMilliseconds = 1e11;

function momentOf(value: Json | undefined): number | null {
  const number = numberOf(value);
  if (number !== null) return number < fewestMilliseconds ? number * 1000 : number;
  // Without a zone it would mean another moment on each machine.
  if (typeof value !== 'string' || !/(?:Z|[+-]\d\d:?\d\d)$/i.test(value)) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}
