/** Set-Cookie as browsers read it (RFC 6265bis section 5.6). */
import { parseDate } from 'tough-cookie';

export interface SetCookie {
  /** Empty where there is no `=`, or nothing before it. */
  readonly name: string;
  readonly value: string;
  /** Lower-case names, those that no browser knows included; the last of one name wins. Empty where there is no value. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Lower-case names of attributes whose value is too long: no browser reads them. */
  readonly overlong: readonly string[];
}

/** Octets of name and value together (section 5.6 step 5). */
export const longestCookie = 4096;
/** Octets of the value of an attribute. */
const longestAttribute = 1024;

/** Any text is a Set-Cookie field of some sort: what is wrong with it is for the storage model to say. */
export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...parts] = line.split(';');
  const equals = pair.indexOf('=');
  const attributes = new Map<string, string>();
  const overlong: string[] = [];
  for (const part of parts) {
    const at = part.indexOf('=');
    const name = trim(at < 0 ? part : part.slice(0, at)).toLowerCase();
    const value = at < 0 ? '' : trim(part.slice(at + 1));
    if (octets(value) > longestAttribute) overlong.push(name);
    else attributes.set(name, value);
  }
  return {
    name: equals < 0 ? '' : trim(pair.slice(0, equals)),
    value: trim(pair.slice(equals + 1)),
    attributes,
    overlong,
  };
}

/** `Name=value; Attribute=value`: parsed again, it is the same. */
export function serializeSetCookie({ name, value, attributes }: SetCookie): string {
  const rest = [...attributes].map(([key, text]) => (text === '' ? key : `${key}=${text}`));
  return [name === '' && !value.includes('=') ? value : `${name}=${value}`, ...rest].join('; ');
}

/** A browser sends a cookie without a name as its value alone (section 5.8.3). */
export function serializeCookie({ name, value }: Pick<SetCookie, 'name' | 'value'>): string {
  return name === '' ? value : `${name}=${value}`;
}

/** Seconds, or null where a browser ignores the attribute (section 5.6.2). */
export function maxAgeOf({ attributes }: Pick<SetCookie, 'attributes'>): number | null {
  const text = attributes.get('max-age') ?? '';
  return /^-?[0-9]+$/.test(text) ? Number(text) : null;
}

/** Milliseconds since the epoch, or null where the date cannot be read (sections 5.1.1 and 5.6.1). */
export function expiresOf({ attributes }: Pick<SetCookie, 'attributes'>): number | null {
  return parseDate(attributes.get('expires'))?.getTime() ?? null;
}

export type SameSite = 'strict' | 'lax' | 'none' | 'default';

/** Section 5.6.7: what is unknown counts as not given. */
export function sameSiteOf({ attributes }: Pick<SetCookie, 'attributes'>): SameSite {
  const value = (attributes.get('samesite') ?? '').toLowerCase();
  return value === 'strict' || value === 'lax' || value === 'none' ? value : 'default';
}

/** The Domain attribute without its leading dot, in lower case; empty: none was given. */
export function domainOf({ attributes }: Pick<SetCookie, 'attributes'>): string {
  return (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
}

/** Header values hold an octet in each character. */
export function octets(text: string): number {
  return text.length;
}

/** Space and tab only. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
