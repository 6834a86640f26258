import type { CauseId } from '../../model.ts';
import { lostUses, ruleText } from '../facts/delivery.ts';
import { headerValue, type Subject } from '../subject.ts';
import { credentialName, type Explain, originOfHop, refusal } from './explanation.ts';

export const delivery: Readonly<Record<CauseId, Explain>> = {
  'credentials-dropped-on-redirect': dropped,
  'credentials-missing': missing,
  'basic-shadow': basicShadow,
  'scheme-mismatch': schemeMismatch,
  'edge-blocked': (subject) => edge(subject, 'refused the request'),
  'edge-challenge': (subject) => edge(subject, 'asked for a proof that a person is there'),
};

function dropped(subject: Subject): ReturnType<Explain> {
  const { hops } = subject.failing;
  const lost = lostUses(subject);
  const fields = [...new Set(lost.map(({ field }) => field))].join(', ');
  const at = hops.findIndex((hop) => hop.dropped.some(({ header }) => fields.includes(header)));
  const hop = hops[at] ?? subject.hop;
  const before = hops[at - 1];
  const rule = hop.dropped.find(({ header }) => fields.includes(header))?.rule ?? 'origin-changed';
  const from = originOfHop(subject, Math.max(1, at));
  const to = originOfHop(subject, at + 1);
  const name = Object.entries(Object.fromEntries(subject.environment.origins)).find(
    ([, origin]) => origin === from,
  )?.[0];
  const key = name ? `environments.${subject.environment.name}.origins.${name}` : 'the target of the step';
  return {
    summary:
      `The ${fields} header was sent to ${from} and not to ${to}, where a ${before?.response?.status ?? 3}xx redirect led: ${ruleText(rule)}.`.replace(
        /(\d{3})xx/,
        '$1',
      ),
    fix: `Call ${to} directly: set ${key} to "${to}", or let ${from} forward the request instead of redirecting it. Clients that follow the Fetch standard lose the header there.`,
    fixSource:
      (name === undefined ? null : subject.environment.originSources[name]) ?? subject.environment.source,
    references: ['RFC 9110 section 15.4', 'Fetch standard, HTTP-redirect fetch'],
  };
}

function missing(subject: Subject): ReturnType<Explain> {
  const withheld = subject.failing.hops[0]?.dropped.some(({ rule }) => rule === 'origin-unbound');
  if (withheld) {
    const origin = originOfHop(subject, 1);
    return {
      summary: `The credential was withheld: ${origin} is not an origin of environment "${subject.environment.name}".`,
      fix: `If it belongs there, add it under environments.${subject.environment.name}.origins.`,
      fixSource: subject.environment.source,
      references: [],
    };
  }
  return {
    summary: `No credential was sent, and ${originOfHop(subject)} answered ${refusal(subject)}.`,
    fix: 'Name a credential on the step or the scenario.',
    fixSource: subject.step.source,
    references: ['RFC 9110 section 11.6.2'],
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
    summary: `A Basic gate${realm === undefined ? '' : ` (realm "${realm}")`} in front of ${originOfHop(subject)} answered instead of the application: ${scheme} was sent, only Basic is asked for${elsewhere}.`,
    fix: `Exempt this route from the gate, or let the gate use another means than the Authorization header (source address, client certificate, a header of its own): one request has one Authorization header.`,
    fixSource: null,
    references: ['RFC 9110 section 11.6.1', 'RFC 7617 section 2'],
  };
}

function schemeMismatch(subject: Subject): ReturnType<Explain> {
  const offered = subject.challenges.map(({ scheme }) => scheme).join(', ');
  const sent = subject.uses[0]?.scheme ?? 'another scheme';
  return {
    summary: `${credentialName(subject)} was sent with ${sent}, and ${originOfHop(subject)} asks for ${offered}.`,
    fix: `Use a credential of the scheme ${offered} for this step.`,
    fixSource: subject.credential?.source ?? subject.step.source,
    references: ['RFC 9110 section 11.6.1'],
  };
}

function edge(subject: Subject, what: string): ReturnType<Explain> {
  const server = subject.response ? headerValue(subject.response, 'server') : null;
  const id =
    /\b(?:support|incident|reference|request|ray|event|attack)[ _-]?(?:id|number|#)\b(?:\s|<[^>]{0,40}>|is|:|#)*([\w.-]{4,64})/i.exec(
      subject.text,
    )?.[1];
  return {
    summary: `Something in front of the application ${what}${server ? ` (Server: ${server})` : ''}: the answer is a block page with status ${refusal(subject)}${id ? `, id ${id}` : ''}.`,
    fix: `Ask those who run it to let this runner pass (its address, or the User-Agent why401)${id ? `; name the id ${id}` : ''}.`,
    fixSource: null,
    references: [],
  };
}
