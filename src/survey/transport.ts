/** Clocks, certificates and servers of an environment, from what was sent to it already. */
import {
  daysLeft,
  notableSkew,
  observePeer,
  type Peer,
  peersOf,
  skewOf,
  skewText,
} from '../compare/observe/peer.ts';
import { nothing, type Surveyed, together } from '../compare/surveyed.ts';
import { isAllowed } from '../diagnose/experiments/experiments.ts';
import { isUrl } from '../http/url.ts';
import type { Exchange, Finding, Hop, RequestStep } from '../model.ts';
import { sendAnonymous } from './anonymous.ts';
import { later, leftOut, type SurveyContext, surveyStep } from './context.ts';
import { surveyFinding } from './finding.ts';
import { bareStep, silence } from './silence.ts';

export async function surveyTransport(context: SurveyContext): Promise<Surveyed> {
  const parts: Surveyed[] = [];
  for (const peer of peersOf(context.environment)) {
    if (context.signal.aborted) break;
    if (isUrl(peer.origin)) parts.push(await survey(peer, context));
  }
  return together(parts);
}

async function survey(peer: Peer, context: SurveyContext): Promise<Surveyed> {
  const sent = context.made.flatMap(({ hops }) => hops).filter((hop) => isAt(peer, hop));
  if (sent.length > 0) return looked(peer, sent, [], [], context);
  const { experiments, environment } = context;
  const own = [...environment.origins.values()].includes(peer.origin);
  if (!own || !experiments || !isAllowed('without-credential', 'A0', environment.experiments)) {
    const why = own ? 'nothing was sent there, and class A0 is not allowed' : 'nothing was sent there';
    const fix = 'Name a scenario that sends a request there.';
    return {
      ...nothing,
      left: [leftOut(context, `clock and TLS of ${peer.name}`, why, fix, ['clock.*', 'tls.*'])],
    };
  }
  const stop = context.stopped(peer.origin);
  if (stop !== null)
    return {
      ...nothing,
      left: [leftOut(context, `clock and TLS of ${peer.name}`, stop, later, ['clock.*', 'tls.*'])],
    };
  const { exchange, step } = await visit(peer, context);
  const silent = exchange.hops.at(-1)?.response == null;
  return looked(peer, exchange.hops, [exchange], silent ? silence(exchange, step, context) : [], context);
}

function isAt({ origin }: Peer, { request }: Hop): boolean {
  return isUrl(request.url) && new URL(request.url).origin === origin;
}

/** One request for the first page, without anything. */
async function visit(peer: Peer, context: SurveyContext): Promise<{ exchange: Exchange; step: RequestStep }> {
  const source = peer.source ?? context.environment.source;
  const step = bareStep(peer.name, source, `${peer.origin}/`, context.timeout);
  const url = new URL(step.target);
  const headers = [['User-Agent', context.exchange.userAgent] as const];
  const request = { method: 'HEAD', url, headers, sensitive: new Set<string>(), body: null };
  return { exchange: await sendAnonymous(request, 0, context.timeout, context), step };
}

function looked(
  peer: Peer,
  hops: readonly Hop[],
  exchanges: readonly Exchange[],
  silent: readonly Finding[],
  context: SurveyContext,
): Surveyed {
  const { environment, doors } = context;
  const now = doors.clock.now();
  const answered = hops.filter(({ response }) => response !== null);
  const findings = [
    ...silent,
    ...clock(peer, answered, context),
    ...certificate(peer, answered, now, context),
  ];
  const source = peer.source ?? environment.source;
  // What was sent before belongs to other steps: without an exchange there is no hop to point at.
  const told = exchanges.length > 0 ? findings : findings.map((each) => ({ ...each, hop: null }));
  const step = surveyStep({ name: `clock and TLS of ${peer.name}`, source, exchanges, findings: told });
  const mute = answered.length === 0 && silent.length > 0;
  return {
    ...nothing,
    steps: mute ? [{ ...step, status: 'errored' }] : exchanges.length + findings.length > 0 ? [step] : [],
    observations: answered.length === 0 ? [] : observePeer(peer, answered, environment, now),
  };
}

function clock({ name, origin }: Peer, hops: readonly Hop[], { environment }: SurveyContext): Finding[] {
  const off = hops.map((hop) => ({ hop, skew: skewOf(hop) })).find(({ skew }) => skew !== null);
  if (off?.skew == null || Math.abs(off.skew) <= notableSkew) return [];
  const date = off.hop.response?.headers.find(([field]) => field.toLowerCase() === 'date')?.[1] ?? '';
  return [
    surveyFinding(environment.name, {
      cause: 'clock-skew',
      hop: off.hop.index,
      summary: `By its Date the clock of ${name} (${origin}) is ${skewText(off.skew)}${off.skew < 0 ? '' : ' of'} ours.`,
      evidence: [{ hop: off.hop.index, field: 'date', seen: date }],
      fix: 'Synchronise the clock of the server (NTP); where all servers differ alike, it is the clock of this machine.',
      references: ['RFC 9110 section 6.6.1', 'RFC 7519 section 4.1.4'],
    }),
  ];
}

/** Days before its end in which a certificate should have been renewed. */
const soon = 21;

function certificate(
  peer: Peer,
  hops: readonly Hop[],
  now: number,
  { environment }: SurveyContext,
): Finding[] {
  const hop = hops.find(({ tls }) => tls !== null);
  const tls = hop?.tls;
  if (!hop || !tls) return [];
  const days = daysLeft(tls, now);
  const line = (field: string, seen: string): Finding['evidence'] => [{ hop: hop.index, field, seen }];
  const ending = surveyFinding(environment.name, {
    cause: 'tls-expired',
    hop: hop.index,
    summary: `The certificate of ${peer.name} (${peer.origin}) ends in ${days} ${days === 1 ? 'day' : 'days'}.`,
    evidence: line('certificate', `good until ${new Date(tls.notAfter).toISOString()}`),
    fix: 'Renew the certificate now, and have a program do so from now on.',
    references: ['RFC 5280 section 4.1.2.5'],
  });
  const old = surveyFinding(environment.name, {
    cause: 'tls-protocol',
    hop: hop.index,
    summary: `${peer.name} (${peer.origin}) chose ${tls.protocol}, which is not to be used any more.`,
    evidence: line('tls', `${tls.protocol}, ${tls.cipher}`),
    fix: 'Enable TLS 1.2 and TLS 1.3.',
    references: ['RFC 8996'],
  });
  return [
    ...(tls.verified && days >= 0 && days < soon ? [ending] : []),
    ...(/^TLSv1(?:\.[01])?$|^SSL/.test(tls.protocol) ? [old] : []),
  ];
}
