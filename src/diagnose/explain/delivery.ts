/** Causes about a credential on its way: what was sent, and what arrived. */
import { redirectAdvice, redirectStory, storySummary } from '../../http/redirect-story.ts';
import type { Dropped, Hop } from '../../model.ts';
import { carries, lostUses, ruleText } from '../facts/delivery.ts';
import { isHandMade } from '../hand-made.ts';
import { headerValue, type Subject } from '../subject.ts';
import {
  answered,
  capital,
  credentialName,
  type Explain,
  type Explanations,
  originOfHop,
} from './explanation.ts';

export const delivery: Explanations = {
  'credentials-dropped-on-redirect': dropped,
  'credentials-missing': missing,
  'credentials-stripped-by-proxy': stripped,
  'credentials-replaced-by-proxy': replaced,
  'header-dropped-by-proxy': headerDropped,
  'credential-leak-on-redirect': leaked,
  'basic-shadow': basicShadow,
  'scheme-mismatch': schemeMismatch,
};

function dropped(subject: Subject): ReturnType<Explain> {
  const { hops } = subject.failing;
  const lost = lostUses(subject);
  if (lost.length === 0) return inOthers(subject);
  const fields = [...new Set(lost.map(({ field }) => field))].join(', ');
  const at = hops.findIndex((hop) => hop.dropped.some(({ header }) => fields.includes(header)));
  const hop = hops[at] ?? subject.hop;
  const before = hops[at - 1];
  const drop: Drop = hop.dropped.find(({ header }) => fields.includes(header)) ?? { rule: 'origin-changed' };
  const from = originOfHop(subject, Math.max(1, at));
  const to = originOfHop(subject, at + 1);
  // Within one origin it is the paths that differ.
  const [sent, not] = from === to ? [before, hop].map((each) => addressOf(each ?? hop)) : [from, to];
  const advice = redirectAdvice(subject.failing, subject, at + 1);
  return {
    summary:
      `The ${fields} header was sent to ${sent} and not to ${not}, where a ${before?.response?.status ?? 3}xx redirect led: ${ruleText(drop)}.`.replace(
        /(\d{3})xx/,
        '$1',
      ),
    ...(advice && { ...advice, fix: `${advice.fix}${asClient(subject, drop, to)}` }),
    references: ['RFC 9110 section 15.4', 'Fetch standard, HTTP-redirect fetch'],
  };
}

/** Without the query, which may be long and is nobody's business. */
function addressOf({ request }: Hop): string {
  return request.url.split(/[?#]/, 1)[0] ?? request.url;
}

type Drop = Pick<Dropped, 'rule' | 'client'>;

/** What the client that is replayed does there; what others do stands in the evidence. */
function asClient({ failing, environment }: Subject, { rule, client }: Drop, to: string): string {
  if (client === undefined) return '';
  if (rule !== 'origin-unbound') return ` ${client} loses the header there.`;
  const leaks = failing.clients?.some((each) => each.client === client && each.verdict === 'leaked');
  return leaks
    ? ` ${client} gives the header away there.`
    : ` To replay what ${client} gets there, name ${to} under environments.${environment.name}.origins.`;
}

/** Nothing became of our own request: it is other clients that lose or leak it. */
function inOthers(subject: Subject): ReturnType<Explain> {
  const story = redirectStory(subject.failing, subject);
  if (story === null) return {};
  const { fix, fixSource } = story;
  return {
    summary: storySummary(story),
    fix,
    fixSource,
    references: ['RFC 9110 section 15.4', 'Fetch standard, HTTP-redirect fetch'],
  };
}

function missing(subject: Subject): ReturnType<Explain> {
  if (subject.uses.length > 0 && lostUses(subject).length === 0)
    return {
      summary: `${answered(subject)}: it does not find the credential that it looks for; ${credentialName(subject)} was sent in ${fieldsOf(subject)}.`,
    };
  if (subject.uses.length > 0 && subject.uses.every(({ type }) => type === 'digest'))
    return {
      summary: `${answered(subject)} and did not ask for Digest, so nothing of ${credentialName(subject)} was sent.`,
      fix: 'Let the server send WWW-Authenticate: Digest, or use a credential of the type that it takes.',
      fixSource: subject.credential?.source ?? subject.step.source,
    };
  const withheld = subject.failing.hops[0]?.dropped.some(({ rule }) => rule === 'origin-unbound');
  if (withheld) {
    const origin = originOfHop(subject, 1);
    return {
      summary: `${capital(credentialName(subject))} was withheld: ${origin} is not an origin of environment "${subject.environment.name}"; it answered ${subject.response?.status ?? 'nothing'}.`,
      fix: `If it belongs there, add it under environments.${subject.environment.name}.origins.`,
      fixSource: subject.environment.source,
    };
  }
  const sent = subject.uses.length > 0 || isHandMade(subject.hop);
  return {
    summary: sent
      ? `${answered(subject)} as if no credential had come with the request.`
      : `No credential was sent, and ${answered(subject)}.`,
    fix: 'Name a credential on the step or the scenario.',
    fixSource: subject.step.source,
  };
}

function basicShadow(subject: Subject): ReturnType<Explain> {
  const realm = subject.challenges
    .find(({ scheme }) => scheme.toLowerCase() === 'basic')
    ?.parameters.get('realm');
  const scheme = subject.uses[0]?.scheme ?? 'Bearer';
  const witness = subject.siblings.find(
    ({ passed, schemesSent }) => passed && schemesSent.includes(scheme.toLowerCase()),
  );
  const elsewhere = witness ? `; in ${witness.environment} the same request with ${scheme} passes` : '';
  return {
    summary: `${answered(subject)} and asks for Basic only${realm === undefined ? '' : ` (realm "${realm}")`}, though ${scheme} was sent: a password gate in front of the application took the header${elsewhere}.`,
    fix: `Exempt this route from the gate, or let the gate use another means than the Authorization header (source address, client certificate, a header of its own): one request has one Authorization header.`,
    fixSource: null,
    references: ['RFC 9110 section 11.6.1', 'RFC 7617 section 2'],
  };
}

function schemeMismatch(subject: Subject): ReturnType<Explain> {
  const offered = subject.challenges.map(({ scheme }) => scheme).join(', ');
  const sent = subject.uses[0]?.scheme ?? null;
  const given = lostUses(subject).length === subject.uses.length ? 'is for' : 'was sent with';
  return {
    summary:
      offered === ''
        ? `${answered(subject)}: it wants another authentication scheme than the one of ${credentialName(subject)}${sent === null ? '' : `, ${sent}`}.`
        : `${capital(credentialName(subject))} ${sent === null ? 'was sent' : `${given} ${sent}`}, and ${originOfHop(subject)} answered ${subject.response?.status ?? 'nothing'} and asks for ${offered}.`,
    fix: `Use a credential of the scheme ${offered || 'that the server documents'} for this step.`,
    fixSource: subject.credential?.source ?? subject.step.source,
  };
}

/** `authorization`, `query parameter key`, `cookie session`. */
function fieldsOf(subject: Subject): string {
  const names = subject.uses.map(({ field }) => {
    if (field.startsWith('query:')) return `query parameter ${field.slice(6)}`;
    return field.startsWith('cookie:') ? `cookie ${field.slice(7)}` : field;
  });
  return [...new Set(names)].join(', ') || 'authorization';
}

function witness(subject: Subject): string {
  const passed = subject.siblings.find((sibling) => sibling.passed);
  return passed ? `; in ${passed.environment} the same step passes` : '';
}

/** `an echo at https://api.example.com/debug/headers received none`, or the other words where nothing was shown. */
function sight({ echoed }: Subject, fates: readonly string[], shown: string, otherwise: string): string {
  return echoed && fates.includes(echoed.fate) ? `the echo ${echoed.url} ${shown}` : otherwise;
}

function stripped(subject: Subject): ReturnType<Explain> {
  const seen = sight(subject, ['absent', 'moved'], 'did not receive it', 'seems not to have arrived');
  const moved = subject.echoed?.fate === 'moved' ? subject.echoed.detail : null;
  const elsewhere =
    moved === null ? '' : `, or let the application read ${moved}, in which something leaves it`;
  return {
    summary: `${capital(credentialName(subject))} was sent to ${originOfHop(subject)} in ${fieldsOf(subject)}, and ${seen}: ${answered(subject)}${witness(subject)}.`,
    fix: `Let the proxy or gateway at ${originOfHop(subject)} pass ${fieldsOf(subject)} on (${passing(subject)})${elsewhere}.${lists(subject)}`,
  };
}

/** Of two proxies the first may name it, and the second obeys. */
function lists({ echoed }: Subject): string {
  if (echoed?.fate !== 'absent') return '';
  return ` Nor may a Connection field that a proxy sends list ${echoed.field} (RFC 9110 section 7.6.1).`;
}

/** The directive of the server that names itself; of none: those that are usual. */
function passing({ response }: Subject): string {
  const name = response ? (headerValue(response, 'server') ?? '') : '';
  if (/apache/i.test(name))
    return 'CGIPassAuth or WSGIPassAuthorization in Apache httpd, no RequestHeader unset';
  if (/nginx|openresty/i.test(name))
    return 'in nginx look for proxy_set_header and proxy_pass_request_headers';
  return 'CGIPassAuth or WSGIPassAuthorization in Apache httpd, proxy_set_header in nginx, the header list of a CDN';
}

function replaced(subject: Subject): ReturnType<Explain> {
  const sent = subject.uses[0]?.scheme ?? null;
  const challenged = subject.challenges.map(({ scheme }) => scheme).join(', ');
  const field = subject.uses.find(({ field }) => !field.includes(':'))?.field ?? 'authorization';
  const name = field === 'authorization' ? 'Authorization' : field;
  const { echoed } = subject;
  const shown = echoed?.detail ? ` (${echoed.detail})` : '';
  const seen = sight(
    subject,
    ['replaced', 'cut', 'recased'],
    `received another ${name} than was sent${shown}`,
    '',
  );
  const cut = echoed?.fate === 'cut' ? ' or cuts' : '';
  return {
    summary: `${answered(subject)}: ${seen === '' ? 'it judged' : `${seen}; it judged`} another ${name} than ${credentialName(subject)}${sent === null ? '' : `, which was sent with ${sent}`}${challenged === '' ? '' : `; its challenge is ${challenged}`}${witness(subject)}.`,
    fix: `Remove the rule at ${originOfHop(subject)} that sets${cut} ${name} towards the application (proxy_set_header ${name}, RequestHeader set ${name}), or let it use another header.`,
  };
}

function headerDropped(subject: Subject): ReturnType<Explain> {
  const field = subject.uses.find(
    ({ field: name }) => !name.includes(':') && name !== 'authorization',
  )?.field;
  const underscore = field?.includes('_') ?? false;
  const oneHop = field === 'proxy-authorization';
  const seen = sight(subject, ['absent', 'moved'], 'did not receive it', 'seems not to arrive');
  return {
    summary: `${field === undefined ? 'A custom header' : `The header ${field}`} was sent to ${originOfHop(subject)} and ${seen}${underscore ? ': its name holds an underscore, which proxies drop' : ''}; ${answered(subject)}.`,
    fix: underscore
      ? `Use a name with hyphens (${field?.replaceAll('_', '-')}), or set underscores_in_headers on in nginx.`
      : oneHop
        ? 'Send the key in a header of its own: Proxy-Authorization ends at the next proxy (RFC 9110 section 11.7.2).'
        : `Add ${field ?? 'the header'} to what the proxy or CDN at ${originOfHop(subject)} forwards.${lists(subject)}`,
    fixSource: subject.credential?.sources['name'] ?? subject.credential?.source ?? null,
  };
}

function leaked(subject: Subject): ReturnType<Explain> {
  const first = originOfHop(subject, 1);
  const { hops } = subject.failing;
  const at = hops.findIndex(
    (hop, index) =>
      originOfHop(subject, index + 1) !== first && subject.uses.some((use) => carries(hop, use)),
  );
  if (at < 0) return inOthers(subject);
  const advice = redirectAdvice(subject.failing, subject, at + 1);
  return {
    ...(advice && { ...advice, fix: `${advice.fix} Replace the key where a stranger saw it.` }),
    summary: `${capital(credentialName(subject))} (${fieldsOf(subject)}) was sent to ${originOfHop(subject, at + 1)}, where a ${hops[at - 1]?.response?.status ?? ''} redirect of ${originOfHop(subject, at)} led.`,
  };
}
