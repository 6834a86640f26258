/** Chains of redirects: what they changed, and why they end (RFC 9110 section 15.4). */

import { likelyLines, locationLine, redirectStory, stepTo } from '../../http/redirect-story.ts';
import { isUrl } from '../../http/url.ts';
import type { Hop, RedirectStop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { failedToSurvive, lostUses } from './delivery.ts';
import { downgradeFacts, isDowngrade, isHeldBack } from './downgrade.ts';
import { isLoginTarget, loginRedirect } from './login.ts';
import { originText, sentField, urlOf } from './wire.ts';

export function redirectFacts(subject: Subject): Evidence[] {
  const { hops, stopped } = subject.failing;
  if (hops.length === 1 && stopped === null && (subject.response?.status ?? 0) >= 400) return [noRedirect];
  return [
    ...survivors(subject),
    ...methodChanged(subject),
    ...loop(subject),
    ...downgradeFacts(subject),
    ...leak(subject),
  ];
}

const noRedirect: Evidence = evidence('redirect/none', {
  excludes: ['method-changed-by-redirect', 'redirect-loop', 'redirect-downgrade'],
});

/** The method or the body got lost on the way, and the end does not like what is left. */
function methodChanged(subject: Subject): Evidence[] {
  const { hops } = subject.failing;
  const { status } = subject.response ?? { status: 0 };
  const at = hops.findIndex((hop, index) => {
    const next = hops[index + 1];
    return next !== undefined && next.request.method !== hop.request.method;
  });
  const [before, after] = [hops[at], hops[at + 1]];
  // POST, then see other, is how forms end; a login is another matter.
  const wanted = status >= 400 || subject.failed.some(({ kind }) => kind === 'status' || kind === 'json');
  if (at < 0 || !before || !after || !wanted || loginRedirect(subject)) return [];
  const code = before.response?.status ?? 0;
  const sure = status < 300 || [404, 405, 400, 411, 415, 422, 501].includes(status);
  return [
    ...refused(subject, before, after),
    evidence('redirect/method-changed', {
      names: ['method-changed-by-redirect'],
      weight: code === 303 || !sure ? 1 : status === 405 ? 3 : 2,
      lines: [
        {
          hop: before.index,
          field: 'redirect',
          seen: `${code}: ${before.request.method} became ${after.request.method}${(before.request.body?.bytes ?? 0) > 0 ? ', without the body' : ''}`,
        },
        ...likelyLines(hops, after.index),
      ],
    }),
  ];
}

/** RFC 9110 section 10.2.1: the methods that there are. The one that was meant is among them, what became of it is not. */
function refused({ response }: Subject, before: Hop, after: Hop): Evidence[] {
  const allow = response?.status === 405 ? headerValue(response, 'allow') : null;
  const methods = (allow ?? '').toUpperCase().split(/[\s,]+/);
  if (!methods.includes(before.request.method) || methods.includes(after.request.method)) return [];
  return [
    evidence('redirect/method-allowed', {
      kind: 'text',
      names: ['method-changed-by-redirect'],
      told: {
        says: `The server takes ${before.request.method} here, and got ${after.request.method}.`,
        fix: null,
        references: ['RFC 9110 section 10.2.1'],
      },
      lines: [{ hop: after.index, field: 'allow', seen: allow ?? '' }],
    }),
  ];
}

/** A client that the scenario names loses or leaks it: the redirect is the fault, whatever became of our own request. */
function survivors(subject: Subject): Evidence[] {
  const others = failedToSurvive(subject) && lostUses(subject).length === 0;
  const story = others ? redirectStory(subject.failing, subject) : null;
  if (story === null) return [];
  return [
    evidence('redirect/survives', {
      names: [story.leaked.length > 0 ? 'credential-leak-on-redirect' : 'credentials-dropped-on-redirect'],
      weight: 3,
      lines: story.evidence.map((line) =>
        story.headers.includes(line.field) ? { ...line, field: 'clients' } : line,
      ),
    }),
  ];
}

function loop(subject: Subject): Evidence[] {
  const { stopped, hops } = subject.failing;
  if (stopped === null) return [];
  const first = hops[0];
  const last = hops.at(-1);
  if (stopped.reason === 'loop' || stopped.reason === 'limit') {
    return [
      evidence('redirect/loop', {
        names: ['redirect-loop'],
        only: null,
        weight: stopped.reason === 'loop' ? 3 : 2,
        lines: hops.slice(-3).map((hop) => ({
          hop: hop.index,
          field: 'location',
          seen: (hop.response ? headerValue(hop.response, 'location') : null) ?? 'none',
        })),
      }),
    ];
  }
  if (stopped.reason !== 'not-followed') return ended(subject, stopped);
  const location = stopped.location;
  const url =
    location !== null && last && isUrl(location, last.request.url)
      ? new URL(location, last.request.url)
      : null;
  if (url === null || isLoginTarget(url) || first === undefined) return [];
  // That is how an authorization server answers, be it with a code or with an error (RFC 6749 section 4.1.2).
  if (subject.stage === 'authorization' && isCallback(carriedBy(last, url), subject.redirect_uri)) return [];
  return [
    evidence('redirect/not-followed', {
      names: ['redirect-unexpected'],
      weight: 2,
      lines: [{ hop: last?.index ?? null, field: 'location', seen: url.origin + url.pathname }],
    }),
  ];
}

/** A redirect that cannot be followed is the fault, unless it is one of plain http. */
function ended({ failing: { hops } }: Subject, stopped: RedirectStop): Evidence[] {
  const { location, client } = stopped;
  const step = stepTo(hops, hops.length + 1);
  const why = client ? ` (${client.name}: ${client.why})` : '';
  const last = hops.at(-1)?.index ?? null;
  if (isDowngrade(step) && isHeldBack(stopped)) return [];
  return [
    evidence('redirect/ended', {
      names: ['redirect-unexpected'],
      weight: 2,
      lines: [
        step
          ? { ...locationLine(step), seen: `${locationLine(step).seen}, not followed${why}` }
          : { hop: last, field: 'location', seen: `${location || 'none'}, not followed${why}` },
        ...likelyLines(hops, hops.length + 1),
      ],
    }),
  ];
}

/** With its parameters, which the address where a login ended does not show. */
function carriedBy(hop: Hop | undefined, otherwise: URL): URL {
  const location = hop?.response ? headerValue(hop.response, 'location') : null;
  return location !== null && hop && isUrl(location, hop.request.url)
    ? new URL(location, hop.request.url)
    : otherwise;
}

function isCallback(url: URL, redirect_uri: string | null): boolean {
  const callback = redirect_uri === null ? null : urlOf(redirect_uri);
  const answers = new URLSearchParams(`${url.search.slice(1)}&${url.hash.slice(1)}`);
  return (
    (callback !== null && url.origin === callback.origin && url.pathname === callback.pathname) ||
    ['code', 'error', 'id_token', 'access_token', 'response'].some((name) => answers.has(name))
  );
}

/** Keys in fields of their own are kept by most clients, whatever the origin. */
function leak(subject: Subject): Evidence[] {
  const { hops } = subject.failing;
  const first = hops[0];
  const { hop } = subject;
  if (!first || first === hop || subject.stage !== 'resource') return [];
  const [from, to] = [originText(first.request.url), originText(hop.request.url)];
  const own = [...subject.environment.origins.values()];
  if (from === to || own.includes(to)) return [];
  const kept = subject.uses.filter(
    ({ field, type }) => type === 'api_key' && !field.includes(':') && sentField(hop, field) !== null,
  );
  if (kept.length === 0) return [];
  return [
    evidence('redirect/credential-leaked', {
      names: ['credential-leak-on-redirect'],
      weight: 2,
      lines: [
        {
          hop: hop.index,
          field: kept.map(({ field }) => field).join(', '),
          seen: `sent to ${to}, which is not of this environment`,
        },
      ],
    }),
  ];
}
