/** The clients and their rules as a page of the documentation (docs/clients.md). */
import type { ClientProfile, FieldRule, MethodRule, RefusalRule, Sameness } from './client-profile.ts';

export function clientPage(clients: readonly ClientProfile[]): string {
  return `${[...head(clients), ...clients.flatMap(section)].join('\n').trimEnd()}\n`;
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
    'stands here; the others were read. A field that no rule names goes along wherever the redirects lead.',
    '',
    '| Name | Client | Known from | Authorization is sent on |',
    '| --- | --- | --- | --- |',
    ...clients.map(
      (client) => `| ${link(client.id)} | ${client.title} | ${known[client.basis]} | ${fate(client)} |`,
    ),
    '',
  ];
}

const known = { measured: 'measured', source: 'its source', documentation: 'its documentation' } as const;

const empty = { followed: 'the same URL', folder: 'the folder of the URL' } as const;

function section(client: ClientProfile): string[] {
  const always = 'Every field goes along on every redirect.';
  return [
    `## ${client.id}`,
    '',
    `${client.title}. ${follows(client)}`,
    '',
    ...(client.fields.length === 0 ? [`- ${always}`] : client.fields.map((rule) => `- ${field(rule)}`)),
    ...client.methods.map((rule) => `- ${method(rule)}`),
    ...client.refuses.map((rule) => `- ${refusal(rule)}`),
    ...(client.emptyLocation ? [`- An empty Location leads to ${empty[client.emptyLocation]}.`] : []),
    '',
  ];
}

function follows({ follows: statuses, byDefault, max }: ClientProfile): string {
  const which = statuses === '3xx' ? 'every 3xx with a Location' : statuses.join(', ');
  const limit = max === null ? 'without a limit' : `at most ${max} in a row`;
  return `Follows ${which}, ${limit}${byDefault ? '' : ', when it is told to'}.`;
}

function fate(client: ClientProfile): string {
  if (client.refuses.some(({ when }) => when === 'credentials')) return 'not to another origin: not followed';
  const rule = client.fields.find(({ fields }) => fields.includes('authorization') || fields.includes('*'));
  return rule ? condition(rule) : 'always';
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
