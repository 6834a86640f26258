/** The traits of a request as it was sent first, and of a form. */
import { isUrl } from '../../http/url.ts';
import type { Exchange, FieldSource, SentRequest } from '../../model.ts';
import { type Place, steady, withoutHosts, withoutOwn } from './own.ts';
import { type Trait, trait } from './trait.ts';

/** They follow from the rest, or have traits of their own. */
const notCompared: ReadonlySet<string> = new Set([
  'host',
  ':authority',
  ':path',
  ':scheme',
  ':method',
  'connection',
  'content-length',
  'cookie',
  'transfer-encoding',
]);
/** Their value is made for each request: which scheme is compared. */
const credentialFields: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'dpop']);
/** Parameters that are new each time. */
const fresh: ReadonlySet<string> = new Set([
  'state',
  'nonce',
  'code',
  'code_challenge',
  'code_verifier',
  'jti',
  'request_uri',
]);
const most = 60;

export function askedTraits({ hops }: Exchange, place: Place): Trait[] {
  const request = hops[0]?.request;
  if (!request) return [];
  return [
    trait('method', '', request.method),
    ...addressTraits(request.url, place),
    ...headerTraits(request, place),
    ...bodyTraits(request, place),
  ];
}

function addressTraits(text: string, place: Place): Trait[] {
  if (!isUrl(text)) return [trait('address', '', withoutOwn(text, place), text)];
  const url = new URL(text);
  const address = `${url.origin}${url.pathname}`;
  const path = url.pathname.split('/').map(steady).join('/');
  return [
    trait('address', '', `${withoutOwn(url.origin, place)}${withoutOwn(path, place)}`, address),
    ...parameterTraits(url.searchParams, place),
  ];
}

function parameterTraits(parameters: URLSearchParams, place: Place): Trait[] {
  const names = [...new Set(parameters.keys())].slice(0, most);
  return names.map((name) => {
    const value = parameters.getAll(name).join(', ');
    if (fresh.has(name)) return trait('parameter', name, '#', 'present');
    // That each has its own is by design; what differs in it besides the host is not.
    const own = name === 'redirect_uri' ? withoutHosts(value, place) : withoutOwn(value, place);
    return trait('parameter', name, own.includes('[secret:') ? 'a secret' : numbersKept(own), shown(value));
  });
}

/** A number in a parameter is a page or a version as often as an id. */
function numbersKept(text: string): string {
  return /^\d{1,6}$/.test(text) ? text : steady(text);
}

function headerTraits({ headers, sources }: SentRequest, place: Place): Trait[] {
  const fields = new Map<string, { values: string[]; by: Set<FieldSource> }>();
  for (const [index, [name, value]] of headers.slice(0, most).entries()) {
    const key = name.toLowerCase();
    if (notCompared.has(key)) continue;
    const field = fields.get(key) ?? { values: [], by: new Set<FieldSource>() };
    field.values.push(value);
    for (const each of sources?.[index] ?? []) field.by.add(each);
    fields.set(key, field);
  }
  return [...fields].map(([name, { values, by }]) => {
    const text = values.join(', ');
    const who = by.size === 0 ? '' : ` (${[...by].join(', ')})`;
    if (credentialFields.has(name)) {
      const schemes = values.map((value) => (value.includes(' ') ? value.split(' ', 1)[0] : 'a value'));
      const said = name === 'dpop' ? 'a proof' : schemes.join(', ');
      return trait('header', name, `${said}${who}`, `${said}${who}`);
    }
    return trait('header', name, `${steady(withoutOwn(text, place))}${who}`, `${shown(text)}${who}`);
  });
}

function bodyTraits({ headers, body }: SentRequest, place: Place): Trait[] {
  if (!body) return [trait('body.type', '', 'none')];
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'without a type';
  const media = type.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const form = media === 'application/x-www-form-urlencoded' ? new URLSearchParams(body.excerpt) : null;
  return [
    trait('body.type', '', media),
    // Names and ids of an environment are longer than those of another: half as much again is a difference.
    trait(
      'body.size',
      '',
      String(Math.round(Math.log(body.bytes + 1) / Math.log(1.5))),
      `${body.bytes} bytes`,
    ),
    ...(form ? parameterTraits(form, place) : []),
  ];
}

/** What is a secret as a whole is called so. */
function shown(text: string): string {
  return text === '' ? 'empty' : text;
}
