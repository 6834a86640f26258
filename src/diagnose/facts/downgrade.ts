/** Redirects from https to plain http (RFC 9110 section 10.2.2). */
import { hstsFor } from '../../http/hsts.ts';
import { likelyLines, locationLine, type RedirectStep, stepTo } from '../../http/redirect-story.ts';
import type { EvidenceLine, Hop, RedirectStop } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValues, type Subject } from '../subject.ts';
import { lostUses } from './delivery.ts';
import { urlOf } from './wire.ts';

export function downgradeFacts(subject: Subject): Evidence[] {
  const { hops, stopped } = subject.failing;
  for (let index = 2; index <= hops.length + 1; index += 1) {
    const step = stepTo(hops, index);
    if (step === null || !isDowngrade(step)) continue;
    const to = hops[index - 1];
    if (!to && !isHeldBack(stopped)) return [];
    const matters = subject.stage === 'resource' && lostUses(subject).length > 0;
    return [
      ...(to || stopped?.reason !== 'body-withheld' ? [] : inPlainHttp(step)),
      evidence('redirect/downgrade', {
        names: ['redirect-downgrade'],
        // Of a lost credential the loss is the cause, and this how it came.
        weight: !to ? 3 : matters ? 2 : 1,
        lines: [locationLine(step), ...likelyLines(hops, index), ...(to ? strictTransport(hops, to) : [])],
      }),
    ];
  }
  return [];
}

/** The server itself names what was asked for, in plain http: no login, and no other page. */
function inPlainHttp({ from, to, status, answered }: RedirectStep): Evidence[] {
  const bare = ({ hostname, pathname, search }: URL): string =>
    `${hostname}${pathname.replace(/\/$/, '')}${search}`;
  if (bare(from) !== bare(to)) return [];
  return [
    evidence('redirect/in-plain-http', {
      kind: 'text',
      names: ['redirect-downgrade'],
      told: {
        says: 'The Location is what was asked for, in plain http.',
        fix: null,
        references: ['RFC 9110 section 10.2.2'],
      },
      lines: [{ hop: answered.index, field: 'status', seen: `${status} to the same path over plain http` }],
    }),
  ];
}

/** From https to http. */
export function isDowngrade(step: RedirectStep | null): boolean {
  return step?.from.protocol === 'https:' && step.to.protocol === 'http:';
}

/** Another address would have been asked, over https perhaps. */
export function isHeldBack(stopped: RedirectStop | null): boolean {
  return stopped?.reason === 'body-withheld' || stopped?.reason === 'client';
}

/** A chain that browsers do not show: the host asked for https on the way. */
function strictTransport(hops: readonly Hop[], to: Hop): EvidenceLine[] {
  const before = hops.slice(0, hops.indexOf(to)).flatMap((hop) => {
    const url = urlOf(hop.request.url);
    const values = hop.response ? headerValues(hop.response, 'strict-transport-security') : [];
    return url ? [{ url, at: hop.clock.received, values, verified: hop.tls?.verified !== false }] : [];
  });
  const url = urlOf(to.request.url);
  const policy = url && hstsFor(url, to.clock.sent, before);
  if (!policy) return [];
  const seen = `${policy.host} asked for https on the way: a browser asks for https instead`;
  return [{ hop: to.index, field: 'strict-transport-security', seen }];
}
