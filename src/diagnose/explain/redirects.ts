/** Causes about redirects: a method that changed, plain http, a circle, and a redirect where an answer was expected. */
import { type Advice, isAstray, reasonOf, redirectAdvice, stepTo } from '../../http/redirect-story.ts';
import type { RedirectStop } from '../../model.ts';
import { loopWords } from '../redirect-circle.ts';
import { headerValue, type Subject } from '../subject.ts';
import { answered, type Explain, type Explanations, originOfHop } from './explanation.ts';
import { shownUrl } from './words.ts';

export const redirects: Explanations = {
  'method-changed-by-redirect': methodChanged,
  'redirect-loop': (subject) => loopWords(subject) ?? {},
  'redirect-downgrade': downgrade,
  'redirect-unexpected': unexpected,
};

function methodChanged(subject: Subject): ReturnType<Explain> {
  const { hops } = subject.failing;
  const at = hops.findIndex(
    (hop, index) => index > 0 && hop.request.method !== hops[index - 1]?.request.method,
  );
  const [from, to] = [hops[at - 1], hops[at]];
  if (!from || !to) return {};
  const { method } = from.request;
  return {
    summary: `${method} ${shownUrl(from.request.url)} was answered ${from.response?.status ?? ''} and became ${to.request.method} ${shownUrl(to.request.url)}, without its body; ${answered(subject)}.`,
    fix: `Send ${method} to ${wantedUrl(subject, at + 1, to.request.url)} directly, or let ${originOfHop(subject, at)} redirect with 307 or 308${serverSide(subject, at + 1)}.`,
    fixSource: subject.step.source,
  };
}

/** What leads to plain http is never what should be asked for. */
function wantedUrl({ failing, environment }: Subject, index: number, target: string): string {
  const step = stepTo(failing.hops, index);
  if (step === null || !isAstray(environment, step, reasonOf(failing.hops, index))) return shownUrl(target);
  return shownUrl(`${step.from.origin}${step.to.pathname}${step.to.search}`);
}

function serverSide({ failing, environment }: Subject, index: number): string {
  const step = stepTo(failing.hops, index);
  const reason = reasonOf(failing.hops, index);
  return step && reason && isAstray(environment, step, reason)
    ? `, and not to ${step.to.origin}: ${reason.fix.charAt(0).toLowerCase()}${reason.fix.slice(1).replace(/\.$/, '')}`
    : '';
}

function downgrade(subject: Subject): ReturnType<Explain> {
  const { hops } = subject.failing;
  for (let index = 2; index <= hops.length + 1; index += 1) {
    const step = stepTo(hops, index);
    if (step?.from.protocol !== 'https:' || step.to.protocol !== 'http:') continue;
    return {
      summary: `${shownUrl(step.from.href)} answered ${step.status} and leads from https to plain http, ${shownUrl(step.to.href)}${index > hops.length ? notSent(subject) : ''}.`,
      ...redirectAdvice(subject.failing, subject, index),
    };
  }
  return {};
}

function notSent({ failing }: Subject): string {
  const { reason, client } = failing.stopped ?? {};
  if (reason === 'body-withheld') return ': the body was not sent there';
  return client ? `: ${client.name} does not follow` : '';
}

function unexpected(subject: Subject): ReturnType<Explain> {
  const { hops, stopped } = subject.failing;
  if (stopped !== null && stopped.reason !== 'not-followed') return notFollowed(subject, stopped);
  const location = subject.response ? headerValue(subject.response, 'location') : null;
  if (location === null) return {};
  const advice = redirectAdvice(subject.failing, subject, hops.length + 1);
  return {
    summary: `${answered(subject)}: it redirects to ${shownUrl(location)}, where the scenario expects an answer.`,
    ...advice,
    fix: `${advice?.fix ?? `Call ${shownUrl(location)} directly.`} If the redirect is right, expect it.`,
    fixSource: advice?.fixSource ?? subject.step.source,
  };
}

type Told = (subject: Subject, to: string, stopped: RedirectStop) => ReturnType<Explain>;

const expectIt = 'If the redirect is right, expect its status.';
const stops: Readonly<Partial<Record<RedirectStop['reason'], Told>>> = {
  'metadata-address': ({ environment }, to) => ({
    summary: `it redirects to ${to}, a link-local address or the metadata service of a cloud; nothing was sent there`,
    fix: metadataFix(environment.name),
    fixSource: environment.source,
  }),
  'body-withheld': (subject, to) => ({
    summary: `it redirects to ${to}, which is no origin of environment "${subject.environment.name}", so the body was not sent there`,
    ...nextAdvice(subject),
  }),
  'body-not-replayable': (subject, to) => ({
    summary: `it redirects to ${to}, and the body cannot be sent again`,
    ...nextAdvice(subject),
  }),
  client: (subject, to, { client }) => ({
    summary: `it redirects to ${to}, where ${client?.name ?? 'the client'} does not follow${client ? `: ${client.why}` : ''}`,
    ...nextAdvice(subject),
  }),
  userinfo: (_, to) => ({
    summary: `its Location names a user, and is not followed: ${to}`,
    fix: 'Let the Location leave the user name out.',
  }),
  scheme: ({ step }, to) => ({
    summary: `it redirects to ${to}, which is neither http nor https`,
    fix: expectIt,
    fixSource: step.source,
  }),
  status: ({ step }, to) => ({
    summary: `redirects of this status are not followed; its Location is ${to}`,
    fix: expectIt,
    fixSource: step.source,
  }),
  'no-location': (_, __, { location }) => ({
    summary: location === null ? 'it names no Location' : 'its Location is empty',
    fix: 'Let the server say in Location where to go.',
  }),
  'invalid-location': (_, to) => ({
    summary: `its Location cannot be followed: ${to}`,
    fix: 'Let the server send one Location, which is a URL.',
  }),
};

/** Why this redirect is followed by nobody, or not by us, and what to change. */
function notFollowed(subject: Subject, stopped: RedirectStop): ReturnType<Explain> {
  const told = stops[stopped.reason]?.(subject, shownUrl(stopped.location ?? ''), stopped);
  return told ? { ...told, summary: `${answered(subject)}: ${told.summary}.` } : {};
}

function nextAdvice(subject: Subject): Advice | null {
  const { failing } = subject;
  return redirectAdvice(failing, subject, failing.hops.length + 1);
}

/** For whoever is sent to the address that hands out the credentials of a machine. */
export function metadataFix(environment: string): string {
  return `Find out who can write this Location: such a redirect makes callers ask for the credentials of their own machine. If it is meant, name the origin under environments.${environment}.origins.`;
}
