/** No complete answer: told apart by code, at the door, so that nothing is left to diagnose but the words. */
import { likelyLines } from '../http/redirect-story.ts';
import { isUrl } from '../http/url.ts';
import type { CauseId, EvidenceLine, Finding, Hop } from '../model.ts';
import { isoTime, shownUrl } from './explain/words.ts';
import { headerValue, type Subject } from './subject.ts';
import { ledThere, transportFix } from './transport-fix.ts';
import { verdictOf } from './transport-verdict.ts';
import { causeOf } from './vocabulary.ts';

export function transportFinding(subject: Subject): Finding | null {
  const { failure } = subject.hop;
  if (!failure || failure.phase === 'aborted' || failure.cause === '') return null;
  const verdict = verdictOf(subject, failure.cause);
  const message = (verdict.message ?? failure.message).replace(/^the /, 'The ');
  return {
    cause: verdict.cause,
    check: null,
    environment: subject.environment.name,
    severity: 'error',
    expected: false,
    certainty: verdict.certainty,
    summary: verdict.more === '' ? message : message.replace(/\.$/, `; ${verdict.more}.`),
    hop: subject.hop.index,
    evidence: evidenceOf(subject),
    experiments: [],
    ...transportFix(subject, verdict.cause),
    references: causeOf(verdict.cause)?.references ?? [],
    alternatives: [...verdict.alternatives, ...downgraded(subject)],
  };
}

/** Who is led from https to http arrives where nobody meant him to: that nothing answers there may not be the fault. */
function downgraded(subject: Subject): Finding['alternatives'] {
  const step = ledThere(subject);
  if (step?.from.protocol !== 'https:' || step.to.protocol !== 'http:') return [];
  return [
    {
      cause: 'redirect-downgrade',
      why_not: `it is the Location of ${shownUrl(step.from.href)} that leads from https to http`,
    },
  ];
}

function evidenceOf(subject: Subject): EvidenceLine[] {
  const { hop } = subject;
  const { failure, tls } = hop;
  const before = subject.failing.hops.find(({ index }) => index === hop.index - 1);
  const location = before?.response ? headerValue(before.response, 'location') : null;
  const at = (field: string, seen: string): EvidenceLine => ({ hop: hop.index, field, seen });
  return [
    ...(before?.response && location !== null
      ? [{ hop: before.index, field: 'redirect', seen: `${before.response.status} to ${shownUrl(location)}` }]
      : []),
    ...(ledThere(subject) ? likelyLines(subject.failing.hops, hop.index) : []),
    at('request', `${hop.request.method} ${hop.request.url}`),
    ...addressLines(subject, at),
    ...(hop.lost ?? []).map(({ code }) =>
      at('connection', `a try before was lost with a connection that had been used: ${code}`),
    ),
    ...(failure ? [at(failure.phase, `${failure.code} after ${Math.round(hop.timings.total)} ms`)] : []),
    ...(failure?.busy === undefined
      ? []
      : [at('this process', `busy for ${Math.round(failure.busy)} ms of it: it did not listen`)]),
    ...(tls && aboutCertificate(failure?.cause ?? '') ? certificateLines(hop, at) : []),
    ...(hop.response
      ? [at('answer', `${hop.response.status}, ${hop.response.body.bytes} bytes of the body came`)]
      : []),
  ];
}

function aboutCertificate(cause: CauseId): boolean {
  return ['tls-untrusted', 'tls-expired', 'tls-not-yet-valid', 'tls-host-mismatch'].includes(cause);
}

type Line = (field: string, seen: string) => EvidenceLine;

function addressLines(subject: Subject, at: Line): EvidenceLine[] {
  const { hop, environment } = subject;
  const { connectTo, proxy } = environment.transport;
  const url = isUrl(hop.request.url) ? new URL(hop.request.url) : null;
  const port = url === null ? '' : url.port || (url.protocol === 'https:' ? '443' : '80');
  const mapped = url === null ? undefined : connectTo.get(`${url.hostname}:${port}`);
  return [
    ...(mapped === undefined
      ? []
      : [at('connect_to', `${url?.hostname}:${port} is looked for at ${mapped}`)]),
    ...(proxy === null ? [] : [at('proxy', 'through the proxy of this environment')]),
    ...(hop.remote === null ? [] : [at('address', hop.remote)]),
  ];
}

function certificateLines(hop: Hop, at: Line): EvidenceLine[] {
  if (!hop.tls) return [];
  const { subject, issuer, names, notBefore, notAfter } = hop.tls;
  return [
    at('certificate', `${subject}; issued by ${issuer}`),
    at('names', names.join(', ') || 'none'),
    at('validity', `${iso(notBefore)} to ${iso(notAfter)}; it was ${iso(hop.clock.received)} here`),
  ];
}

function iso(time: number): string {
  return isoTime(time).replace(/\.\d{3}Z$/, 'Z');
}
