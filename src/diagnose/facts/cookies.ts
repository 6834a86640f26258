/** Cookies that were refused, withheld, never set, or sent in vain. */
import { related } from '../../http/cookie-site.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValues, type Subject } from '../subject.ts';
import {
  type CookieEvent,
  cookieEvents,
  isCookie,
  latest,
  looksLikeSession,
  sentCookies,
  told,
  withheldFrom,
} from './cookie-history.ts';
import { loginRedirect } from './login.ts';
import { formOf, isHtml, isSafeMethod, lastHop, originText, sentField, textOf, urlOf } from './wire.ts';

export function cookieFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'resource' || !unauthenticated(subject)) return [];
  const events = cookieEvents(subject);
  return [
    ...rejected(subject, events),
    ...notSent(subject, events),
    ...staysBehind(subject, events),
    ...notSet(subject, events),
    ...sessionOver(subject),
  ];
}

/** The answer is one to somebody who is not logged in, or not for this. */
function unauthenticated(subject: Subject): boolean {
  const { status } = subject.response ?? { status: 0 };
  if ([401, 403, 419, 440, 498].includes(status) || loginRedirect(subject) !== null) return true;
  return status === 200 && subject.response !== null && isHtml(textOf(subject.response));
}

/** Beside a token or a key the cookie is seldom what counts. */
function aloneWeight(subject: Subject, name: string): 1 | 2 | 3 {
  const other = subject.uses.some(({ field }) => !isCookie(field));
  if (other || sentField(subject.hop, 'authorization') !== null) return 1;
  return looksLikeSession(name) ? 3 : 2;
}

function rejected(subject: Subject, events: readonly CookieEvent[]): Evidence[] {
  const url = urlOf(subject.hop.request.url);
  const sent = sentCookies(subject.hop);
  return latest(events).flatMap((event) => {
    if (event.refused === null || sent.includes(event.name) || !url || !related(event.from, url)) return [];
    return [
      evidence('cookie/rejected', {
        names: ['cookie-rejected'],
        weight: aloneWeight(subject, event.name),
        lines: [
          {
            hop: null,
            field: `cookie ${event.name}`,
            seen: `set by step "${event.step}" and not stored: ${told(event.refused)} (${event.refused.section})`,
          },
        ],
      }),
    ];
  });
}

function notSent(subject: Subject, events: readonly CookieEvent[]): Evidence[] {
  const url = urlOf(subject.hop.request.url);
  const sent = sentCookies(subject.hop);
  const noJar = subject.step.kind === 'request' && subject.step.jar === null;
  return latest(events).flatMap((event) => {
    if (event.refused !== null || sent.includes(event.name) || !url || !related(event.from, url)) return [];
    const { expires = null } = event.kept ?? {};
    // Set to be gone at once: the server ended it.
    if (expires !== null && expires <= event.at) return [];
    const note = noJar ? null : withheldFrom(event, subject.hop);
    const rule = noJar ? 'the step has jar: none' : note && told(note);
    const names = note?.rule === 'expired' ? ['session-expired', 'cookie-not-sent'] : ['cookie-not-sent'];
    return [
      evidence('cookie/not-sent', {
        names,
        weight: rule === null ? 1 : aloneWeight(subject, event.name),
        lines: [
          {
            hop: subject.hop.index,
            field: `cookie ${event.name}`,
            seen: `set by step "${event.step}" and not sent: ${rule ?? 'it is not in the jar of this step'}`,
          },
        ],
      }),
    ];
  });
}

/** Cookies that came into the jar otherwise than by an answer of this job: those of a session. */
function staysBehind(subject: Subject, events: readonly CookieEvent[]): Evidence[] {
  const sent = sentCookies(subject.hop);
  const withheld = (subject.hop.cookies.withheld ?? []).filter(
    ({ name }) => !sent.includes(name) && !events.some((event) => event.name === name),
  );
  return withheld.map((note) =>
    evidence('cookie/stays-behind', {
      names: note.rule === 'expired' ? ['session-expired', 'cookie-not-sent'] : ['cookie-not-sent'],
      weight: aloneWeight(subject, note.name),
      lines: [
        {
          hop: subject.hop.index,
          field: `cookie ${note.name}`,
          seen: `in the jar and not sent: ${told(note)}`,
        },
      ],
    }),
  );
}

/** A step that logged in, by its form or address, and got no cookie at all. */
function notSet(subject: Subject, events: readonly CookieEvent[]): Evidence[] {
  if (events.length > 0 || sentCookies(subject.hop).length > 0 || subject.uses.length > 0) return [];
  const login = subject.past.find(({ sameJob, exchange }) => {
    const [first] = exchange.hops;
    const status = first?.response?.status ?? 0;
    if (!sameJob || !first || isSafeMethod(first.request.method) || status < 200 || status > 399)
      return false;
    const form = formOf(first);
    const password = form !== null && [...form.keys()].some((name) => /passw|pwd/i.test(name));
    const address = /log-?in|sign-?in|session/i.test(urlOf(first.request.url)?.pathname ?? '');
    return password || address || /"passw/i.test(first.request.body?.excerpt ?? '');
  });
  const answer = login ? lastHop(login.exchange)?.response : null;
  // A login that answers with a token sets no cookie and is right.
  if (!login || !answer || /token/i.test(textOf(answer).slice(0, 2000))) return [];
  return [
    evidence('cookie/not-set', {
      names: ['cookie-not-set'],
      weight: 2,
      lines: [
        {
          hop: null,
          field: 'set-cookie',
          seen: `step "${login.step}" logged in (${answer.status}) and got no cookie`,
        },
      ],
    }),
  ];
}

function sessionOver(subject: Subject): Evidence[] {
  const sent = sentCookies(subject.hop).filter(looksLikeSession);
  const names = sent.length > 0 ? sent : sentCookies(subject.hop);
  const { status } = subject.response ?? { status: 0 };
  if (names.length === 0 || subject.uses.some(({ field }) => !isCookie(field))) return [];
  if (status === 403 && loginRedirect(subject) === null) return [];
  const origin = originText(subject.hop.request.url);
  const worked = subject.past.some(({ sameJob, passed, exchange }) => {
    const hop = lastHop(exchange);
    const answered = hop?.response?.status ?? 0;
    return (
      sameJob &&
      passed &&
      answered < 300 &&
      originText(hop?.request.url ?? '') === origin &&
      names.some((name) => hop !== null && sentCookies(hop).includes(name))
    );
  });
  const ended = subject.response
    ? headerValues(subject.response, 'set-cookie').some((line) =>
        names.some(
          (name) =>
            line.startsWith(`${name}=`) && /max-age=(?:0|-\d+)\b|expires=[^;]*\b19[67]\d\b/i.test(line),
        ),
      )
    : false;
  const toLogin = loginRedirect(subject) !== null;
  const how = `${worked ? ', which an earlier step passed with' : ''}${ended ? '; the answer removes it' : ''}`;
  return [
    evidence('cookie/sent-in-vain', {
      names: ['session-expired'],
      excludes: names.some(looksLikeSession) ? ['cookie-not-set'] : [],
      weight: worked || ended || (toLogin && names.some(looksLikeSession)) ? 2 : 1,
      lines: [{ hop: subject.hop.index, field: 'cookie', seen: `${names.join(', ')} was sent${how}` }],
    }),
  ];
}
