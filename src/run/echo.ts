/** What became of the header fields of a request, by the answer of an echo endpoint. Values stay here: names go on. */
import { createHash } from 'node:crypto';
import type { Echoed, Fate, FieldFate } from '../diagnose/echoed.ts';
import { readEcho } from '../http/echo.ts';
import type { CredentialUse, Exchange, Field, RawField } from '../model.ts';
import { bytesOf } from '../replay/request.ts';
import type { Value } from '../secret.ts';

/** Sent along, to tell a proxy that drops this header from an echo that shows none. */
export const controlName = 'X-Why401-Probe';

/** `exchange` is the answer to `sent`; what it is given back as holds no value of a header. */
export function echoedBy(exchange: Exchange, sent: readonly Field[], uses: readonly CredentialUse[]): Echoed {
  const response = exchange.hops.at(-1)?.response ?? null;
  const answered = response !== null && response.status >= 200 && response.status < 300;
  const text = answered ? Buffer.from(response.body.content).toString('utf8') : '';
  const got = readEcho(text);
  const names = [...new Set(uses.map(({ field }) => field))].filter(
    (field) => !field.includes(':') || field.startsWith('cookie:'),
  );
  return {
    exchange: withoutValues(exchange, got),
    readable: got !== null,
    control: got ? controlOf(sent, got) : 'absent',
    ours: got !== null && fateOf('user-agent', sentValue(sent, 'user-agent'), got).fate === 'intact',
    fields: got ? names.map((name) => credentialFate(name, sent, got)) : [],
  };
}

function controlOf(sent: readonly Field[], got: readonly RawField[]): Echoed['control'] {
  const { fate } = fateOf(controlName.toLowerCase(), sentValue(sent, controlName.toLowerCase()), got);
  return fate === 'intact' || fate === 'absent' ? fate : 'other';
}

function sentValue(sent: readonly Field[], name: string): string | null {
  const found = sent.filter(([other]) => other.toLowerCase() === name).map(([, value]) => textOf(value));
  return found.length === 0 ? null : found.join(', ');
}

function textOf(value: Value): string {
  return Buffer.from(bytesOf(value)).toString('utf8').trim();
}

function credentialFate(field: string, sent: readonly Field[], got: readonly RawField[]): FieldFate {
  if (!field.startsWith('cookie:')) return respelled(fateOf(field, sentValue(sent, field), got), sent, got);
  const name = field.slice(7);
  const there = got.some(
    ([other, value]) => other.toLowerCase() === 'cookie' && ` ${value}`.includes(` ${name}=`),
  );
  return { field, fate: there ? 'intact' : 'absent', detail: null };
}

/** An application that compares names letter by letter does not find `x-api-key` where it looks for `X-Api-Key`. */
function respelled(fate: FieldFate, sent: readonly Field[], got: readonly RawField[]): FieldFate {
  const named = (list: readonly (readonly [string, ...unknown[]])[]): string | undefined =>
    list.find(([name]) => name.toLowerCase() === fate.field)?.[0];
  const [ours, theirs] = [named(sent), named(got)];
  if (fate.fate !== 'intact' || ours === undefined || theirs === undefined || ours === theirs) return fate;
  return { ...fate, detail: `shown as ${theirs}, sent as ${ours}` };
}

/** `X_Api_Key` and `x-api-key` are one name to many servers, and to CGI. */
function plain(name: string): string {
  return name.toLowerCase().replace(/_/g, '-');
}

/** `value`: null where it is made while sending, as a signature is: then that a field is there is all that shows. */
function fateOf(field: string, value: string | null, got: readonly RawField[]): FieldFate {
  const exact = got.filter(([name]) => name.toLowerCase() === field);
  const here = exact.length > 0 ? exact : got.filter(([name]) => plain(name) === plain(field));
  const [first] = here;
  if (!first) return elsewhere(field, value, got);
  const values = here.map(([, text]) => text.trim());
  if (value === null) return { field, fate: 'intact', detail: null };
  if (values.length > 1 || joins(values[0] ?? '', value))
    return { field, fate: values.every((each) => each === value) ? 'intact' : 'twice', detail: null };
  return { field, ...compared(values[0] ?? '', value) };
}

/** RFC 9110 section 5.3: several lines are one list to many servers. */
function joins(got: string, sent: string): boolean {
  return (
    got !== sent && (got.startsWith(`${sent},`) || got.endsWith(`, ${sent}`) || got.endsWith(`,${sent}`))
  );
}

/** Fewer characters could stand anywhere. */
const telling = 8;

/** Under another name, as proxies keep what they take away: `X-Original-Authorization`. */
function elsewhere(field: string, value: string | null, got: readonly RawField[]): FieldFate {
  const secret = value?.replace(/^[\w-]{1,20} /, '') ?? '';
  const at = secret.length < telling ? undefined : got.find(([, text]) => text.includes(secret));
  return at ? { field, fate: 'moved', detail: at[0].toLowerCase() } : { field, fate: 'absent', detail: null };
}

/** What endpoints write in the place of a secret. */
const mask =
  /\*{2,}|\u2022|\.\.\.$|\u2026$|^(?:[\w-]{1,20} )?[[<({]?(?:redacted|masked|hidden|filtered|removed|secret|omitted|sanitized|x{4,})[\])>}]?$/i;
const shortestCut = 16;

function compared(got: string, sent: string): { readonly fate: Fate; readonly detail: string | null } {
  if (squeezed(got) === squeezed(sent)) return { fate: 'intact', detail: null };
  const [theirs, ours] = [schemeOf(got), schemeOf(sent)];
  const otherScheme = theirs !== null && ours !== null && theirs.toLowerCase() !== ours.toLowerCase();
  if (sent.startsWith(got) && got.length >= shortestCut)
    return { fate: 'cut', detail: `${got.length} of ${sent.length} characters` };
  if (mask.test(got) && !otherScheme) return { fate: 'masked', detail: null };
  if (squeezed(got).toLowerCase() === squeezed(sent).toLowerCase()) return { fate: 'recased', detail: null };
  // Only the scheme of what somebody else put there is no secret.
  return { fate: 'replaced', detail: otherScheme ? `${theirs} in the place of ${ours}` : null };
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const schemes =
  /^(bearer|basic|digest|dpop|negotiate|ntlm|hmac|token|apikey|aws4-hmac-sha256|signature)(?= )/i;
function schemeOf(value: string): string | null {
  return schemes.exec(value)?.[1] ?? null;
}

/** Other people's values, and parts of ours, are nobody's business in a report: names are enough. */
function withoutValues(exchange: Exchange, got: readonly RawField[] | null): Exchange {
  const names = (got ?? []).map(([name]) => name.toLowerCase());
  const text = got
    ? `values left out; header fields received: ${names.join(', ')}`
    : 'left out: not readable as header fields';
  return {
    ...exchange,
    hops: exchange.hops.map((hop) => {
      if (hop.response === null) return hop;
      const content = Buffer.from(text, 'utf8');
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { ...hop, response: { ...hop.response, body: { ...hop.response.body, content, sha256 } } };
    }),
  };
}
