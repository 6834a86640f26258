/** Fields whose values are secret wherever they come from: RFC 6749, OpenID Connect Core, RFC 8628, RFC 7591. */
import type { Json } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { isNamedSecret, Secret } from '../secret.ts';

const tokenFields = [
  'access_token',
  'refresh_token',
  'id_token',
  'device_code',
  'client_secret',
  'registration_access_token',
];
export const secretFields: ReadonlySet<string> = new Set([...tokenFields, 'code', 'set-cookie']);

const parameter = new RegExp(`\\b((${tokenFields.join('|')}|code)=)[^&#\\s"'<>]+`, 'g');
/** `code` is left out: in JSON it is an error code as a rule. */
const member = new RegExp(`((?:\\\\?")(${tokenFields.join('|')})(?:\\\\?")\\s*:\\s*\\\\?")[^"\\\\]*`, 'g');

/** Takes the values of known fields out of form data, addresses and JSON text. */
export function concealText(text: string): string {
  return text.replace(parameter, '$1[secret:$2]').replace(member, '$1[secret:$2]');
}

/** An address with a code or a token in it is secret as a whole; the rest of it is shown. */
export function concealUrl(name: string, text: string): string | Secret {
  const shown = text.replace(parameter, (_, start: string) => `${start}[secret:${name}]`);
  return shown === text ? text : new Secret(text, shown);
}

/** Makes Secrets of the known fields inside of a value; `name` is what they are called by. */
export function concealFields(name: string, value: Json): RenderedJson {
  if (typeof value === 'string') return concealUrl(name, value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => concealFields(name, item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, Json>>).map(([key, item]) => {
    const inner = `${name}.${key}`;
    const secret = typeof item === 'string' && (secretFields.has(key) || isNamedSecret(key, item));
    return [key, secret ? Secret.named(inner, item) : concealFields(inner, item)] as const;
  });
  return Object.fromEntries(entries);
}

/** `sid=[secret:sid]; Path=/`. */
export function concealSetCookie(line: string): string {
  return line.replace(/^([^=;]*)=[^;]*/, (_, name: string) => `${name}=[secret:${name.trim()}]`);
}
