/** Redirects that go in a circle, or do not end: shown hop by hop. */
import type { CauseId, Certainty, EvidenceLine, Finding, Hop } from '../model.ts';
import { explain } from './explain/explanations.ts';
import { shownUrl } from './explain/words.ts';
import { eventsOf, told, withheldFrom } from './facts/cookie-history.ts';
import { circleFix, circleOf, circleReason, circleSummary } from './redirect-circle.ts';
import { headerValue, headerValues, type Subject } from './subject.ts';
import { causeOf } from './vocabulary.ts';

/** Hops that a report shows of a longer chain, at its end. */
const mostHops = 12;

export function redirectLoopFinding(subject: Subject): Finding | null {
  const { stopped, hops } = subject.failing;
  if (stopped?.reason !== 'loop' && stopped?.reason !== 'limit') return null;
  const circle = circleOf(hops, stopped.location);
  const awaited = awaitedCookie(subject, circle);
  if (awaited) return cookieFinding(subject, awaited);
  const refused = hops.flatMap(({ cookies }) => cookies.refused);
  const [cookie] = refused;
  // A cookie that was kept may still not have come back where it is wanted.
  const kept = hops.flatMap(({ cookies }) => cookies.set);
  return {
    cause: 'redirect-loop',
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty: certaintyOf(stopped.reason, circle, refused.length > 0 || kept.length > 0),
    summary: circleSummary(subject, circle),
    hop: subject.hop.index,
    evidence: [...evidence(hops, refused), ...circleReason(subject, circle)],
    experiments: [],
    ...circleFix(subject, circle),
    references: causeOf('redirect-loop')?.references ?? [],
    alternatives: cookie
      ? [
          {
            cause: 'cookie-rejected',
            why_not: `the cookie ${cookie.name} was not kept: the circle may end with it`,
          },
        ]
      : kept[0] !== undefined
        ? [
            {
              cause: 'cookie-not-sent',
              why_not: `the cookie ${kept[0]} was set on the way: the circle may end where it comes back`,
            },
          ]
        : circle.length === 0
          ? [
              {
                cause: 'redirect-unexpected',
                why_not: 'no URL is asked for twice: the chain may just be long',
              },
            ]
          : [],
  };
}

interface Awaited {
  readonly cause: CauseId;
  readonly name: string;
  readonly why: string;
}

/** Who sends a caller to the same URL with a cookie waits for it: where none of them can come back, this is why it goes on. */
function awaitedCookie({ failing, hop, step }: Subject, circle: readonly string[]): Awaited | null {
  const kept = step.kind !== 'request' || step.jar !== null;
  if (failing.stopped?.reason !== 'loop' || circle.length !== 1 || !kept) return null;
  const events = eventsOf(hop, step.name);
  const lost = events.flatMap((event): Awaited[] => {
    const { name, refused } = event;
    if (refused !== null) return [{ cause: 'cookie-rejected', name, why: `not kept: ${refused.reason}` }];
    const note = withheldFrom(event, hop);
    return note ? [{ cause: 'cookie-not-sent', name, why: `kept and not sent back: ${told(note)}` }] : [];
  });
  return lost.length === events.length ? (lost[0] ?? null) : null;
}

function cookieFinding(subject: Subject, { cause, name, why }: Awaited): Finding {
  const { failing, hop, environment } = subject;
  return {
    cause,
    check: null,
    environment: environment.name,
    severity: 'error',
    expected: false,
    certainty: 'likely',
    hop: hop.index,
    evidence: [
      ...evidence(failing.hops, []),
      { hop: hop.index, field: `cookie ${name}`, seen: `set with a redirect to the same URL, ${why}` },
    ],
    experiments: [],
    ...explain(cause, subject),
    alternatives: [
      { cause: 'redirect-loop', why_not: 'the server would redirect so with the cookie as well' },
    ],
  };
}

/** Same method, URL, cookies and fields get the same answer: then the circle is shown. */
function certaintyOf(reason: string, circle: readonly string[], cookiesRefused: boolean): Certainty {
  if (circle.length === 0) return 'possible';
  return reason === 'loop' && !cookiesRefused ? 'certain' : 'likely';
}

function evidence(
  hops: readonly Hop[],
  refused: readonly { name: string; reason: string }[],
): EvidenceLine[] {
  const lines = hops.map((hop) => ({
    hop: hop.index,
    field: 'redirect',
    seen: `${hop.request.method} ${shownUrl(hop.request.url)} answered ${hop.response?.status ?? 'nothing'} to ${shownUrl((hop.response && headerValue(hop.response, 'location')) ?? 'no location')}${cookiesSet(hop)}`,
  }));
  return [
    ...lines.slice(-mostHops),
    ...refused.map(({ name, reason }) => ({
      hop: null,
      field: `cookie ${name}`,
      seen: `not kept: ${reason}`,
    })),
  ];
}

function cookiesSet({ response }: Hop): string {
  const names = (response ? headerValues(response, 'set-cookie') : []).map((line) =>
    line.split(/[=;]/)[0]?.trim(),
  );
  return names.length === 0 ? '' : `, setting ${names.join(', ')}`;
}
