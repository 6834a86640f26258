/** The clients and their rules as a page of the documentation (docs/clients.md). */
import { clientRun } from './client-engine.ts';
import type {
  ClientProfile,
  ClientRequest,
  FieldRule,
  MethodRule,
  RefusalRule,
  Sameness,
} from './client-profile.ts';

/** `also`: other names, to ids. */
export function clientPage(
  clients: readonly ClientProfile[],
  also: Readonly<Record<string, string>>,
): string {
  const sections = clients.flatMap((client) =>
    section(
      client,
      Object.keys(also).filter((name) => also[name] === client.id),
    ),
  );
  return `${[...head(clients), ...sections].join('\n').trimEnd()}\n`;
}

function head(clients: readonly ClientProfile[]): string[] {
  return [
    '# HTTP clients',
    '',
    '<!-- Made by the build from src/http/clients/*.yml; change it there. -->',
    '',
    'How HTTP clients follow redirects, as why401 knows it. The names are those of `redirect.as` and of',
    '`expect.redirects.survives`. A rule is that of the client with its default settings, told to follow redirects where',
    'it does not do so by itself. *Measured* means that the client was sent through chains of redirects and did what',
    'stands here, in the version that the title names; the others were read. A field that no rule names goes along',
    'wherever the redirects lead. Many go by other names too, which stand under their rules; capitals do not count.',
    '',
    'What becomes of Authorization at a 302 of a GET, and of a POST with a body at a 301:',
    '',
    '- same: to another path. up: from http to https of the host. down: from https to http.',
    '- port: https at another port. sub: from `example.com` to `www.example.com`. other: to a host of somebody else.',
    '- no: it is lost. stops: the redirect is not followed.',
    '',
    `| Name | Client | ${columns.map(([name]) => name).join(' | ')} | POST 301 |`,
    `| --- | --- | ${columns.map(() => '---').join(' | ')} | --- |`,
    ...clients.map((client) => {
      const cells = columns.map(([, from, to]) => fate(client, from, to));
      return `| ${link(client.id)} | ${client.title} | ${cells.join(' | ')} | ${successor(client)} |`;
    }),
    '',
  ];
}

const app = 'https://app.example.com';
const columns: readonly (readonly [name: string, from: string, to: string])[] = [
  ['same', app, '/b'],
  ['up', 'http://app.example.com', app],
  ['down', app, 'http://app.example.com'],
  ['port', app, `${app}:8443`],
  ['sub', 'https://example.com', 'https://www.example.com'],
  ['other', app, 'https://example.net'],
];

function fate(client: ClientProfile, from: string, to: string): string {
  const next = after(client, 'GET', from, 302, to);
  if (!next) return 'stops';
  return next.fields.has('authorization') ? 'kept' : 'no';
}

function successor(client: ClientProfile): string {
  const next = after(client, 'POST', app, 301, '/b');
  if (!next) return 'stops';
  if (next.method === 'GET') return next.hasBody ? 'GET with body' : 'GET';
  return next.hasBody ? next.method : `${next.method} without body`;
}

function after(
  client: ClientProfile,
  method: string,
  from: string,
  status: number,
  location: string,
): ClientRequest | null {
  const fields = new Set(['authorization']);
  const request = { method, url: new URL(from), fields, hasBody: method === 'POST' };
  return clientRun(client, request, [{ status, location }]).hops[1]?.state ?? null;
}

const known = {
  measured: 'Measured.',
  source: 'Known from its source.',
  documentation: 'Known from its documentation.',
} as const;

const empty = { followed: 'the same URL', folder: 'the folder of the URL', root: 'the path `/`' } as const;

function section(client: ClientProfile, also: readonly string[]): string[] {
  const always = 'Every field goes along on every redirect.';
  return [
    `## ${client.id}`,
    '',
    `${client.title}. ${known[client.basis]} ${follows(client)}`,
    ...(also.length === 0 ? [] : [`Other names: ${also.map((name) => `\`${name}\``).join(', ')}.`]),
    '',
    ...(client.fields.length === 0 ? [`- ${always}`] : client.fields.map((rule) => `- ${field(rule)}`)),
    ...client.methods.map((rule) => `- ${method(rule)}`),
    ...client.refuses.map((rule) => `- ${refusal(rule)}`),
    ...(client.userinfo ? ['- Userinfo in a Location is sent, in the place of `authorization`.'] : []),
    ...(client.noLocation ? ['- A redirect without a Location leads to the same URL.'] : []),
    ...(client.emptyLocation ? [`- An empty Location leads to ${empty[client.emptyLocation]}.`] : []),
    '',
  ];
}

function follows({ follows: statuses, byDefault, max }: ClientProfile): string {
  const which = statuses === '3xx' ? 'every 3xx with a Location' : statuses.join(', ');
  const limit = max === null ? 'without a limit' : `at most ${max} in a row`;
  return `Follows ${which}, ${limit}${byDefault ? '' : ', when it is told to'}.`;
}

function field(rule: FieldRule): string {
  const names = rule.fields.map((name) => (name === '*' ? 'every other field' : `\`${name}\``)).join(', ');
  return `${names}: ${condition(rule)}.`;
}

function condition({ keep, base, restored }: FieldRule): string {
  if (typeof keep === 'string') return keep === 'never' ? 'never, not even within the origin' : 'always';
  const compared = base === 'first' ? 'the first request' : 'the hop before';
  return `to ${sameness(keep)} as ${compared}${restored ? ', and again where the chain comes back' : ''}`;
}

function sameness({ host, scheme, port, exempt }: Sameness): string {
  const parts = [
    { same: 'the same host', subdomain: 'the same host or a subdomain', any: '' }[host],
    { same: 'scheme', 'no-downgrade': 'scheme (or from http to https)', any: '' }[scheme],
    {
      same: 'port',
      nominal: 'port (80 and 443 are equal)',
      written: 'port (`:443` and none differ)',
      any: '',
    }[port],
  ].filter((part) => part !== '');
  const listed = parts.join(', ').replace(/, ([^,]*)$/, ' and $1');
  const also = {
    'default-ports-upgrade': ', or from http at 80 to https at 443',
    upgrade: ', or from http to https',
  };
  return `${listed}${exempt ? also[exempt] : ''}`;
}

function method(rule: MethodRule): string {
  const excepted = rule.except ? ` but ${rule.except.join(', ')}` : '';
  const which = rule.methods.includes('*') ? `every method${excepted}` : rule.methods.join(', ');
  const where = { 'cross-origin': ' to another origin', 'same-origin': ' within the origin' };
  if (rule.becomes === 'first')
    return `${rule.statuses.join(', ')}: the first request again, with its method, its body and all of its fields.`;
  const becomes = rule.becomes === 'GET' ? 'becomes GET' : 'stays';
  return `${rule.statuses.join(', ')}${rule.when ? where[rule.when] : ''}: ${which} ${becomes}, ${bodyOf(rule)}${dropsOf(rule)}.`;
}

function bodyOf({ body, becomes }: MethodRule): string {
  if (body === 'first') return 'with the body of the first request';
  return (body ?? becomes === 'same') ? 'with its body' : 'without the body';
}

function dropsOf({ drops = [] }: MethodRule): string {
  if (drops.length === 0) return '';
  return drops.includes('*')
    ? ' and without any field of the caller'
    : ` and ${drops.map((name) => `\`${name}\``).join(', ')}`;
}

const reasons: Readonly<Record<RefusalRule['when'], string>> = {
  downgrade: 'from https to http',
  upgrade: 'from http to https',
  credentials: 'to another origin',
  'same-url': 'to the URL that was just asked for',
  visited: 'to a URL that the chain has asked for',
  'led-to': 'to a URL that a redirect of the chain has led to',
  userinfo: 'to a URL with userinfo',
  method: 'of some methods',
  'no-location': 'without a Location',
  'empty-location': 'with an empty Location',
  'invalid-location': 'with a Location that is no URL',
  'scheme-unknown': 'to another scheme than http and https',
  limit: 'beyond the limit',
};

function refusal({ when, gives, fields, methods, except, statuses }: RefusalRule): string {
  const carrying = fields ? ` while it carries ${fields.map((name) => `\`${name}\``).join(' or ')}` : '';
  const which = methods
    ? ` (${statuses?.join(', ')}: ${methods.join(', ')}${except ? ` but ${except.join(', ')}` : ''})`
    : '';
  const outcome = gives === 'error' ? 'an error' : 'not followed, the redirect is what the caller gets';
  return `A redirect ${reasons[when]}${carrying}${which}: ${outcome}.`;
}

function link(id: string): string {
  return `[\`${id}\`](#${id.replaceAll('.', '')})`;
}
