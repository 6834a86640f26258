/** The name of the header that carries the credential: some servers drop one with an underscore, and some fields are for one hop. */
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { carries } from './delivery.ts';

/** RFC 9110 section 11.7.2: for the next proxy, which removes it as a rule. */
export function hopByHopFacts(subject: Subject): Evidence[] {
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || ![400, 401, 403].includes(status)) return [];
  const field = 'proxy-authorization';
  if (!subject.uses.some((use) => use.field === field && carries(subject.hop, use))) return [];
  const seen = 'is for the next proxy only (RFC 9110 section 11.7.2): many proxies remove it';
  const lines = [{ hop: subject.hop.index, field, seen }];
  return [evidence('delivery/one-hop', { names: ['header-dropped-by-proxy'], weight: 2, lines })];
}

/** nginx ignores such fields unless told otherwise, Apache since 2.4 drops them for CGI. */
export function fieldNameFacts(subject: Subject): Evidence[] {
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || ![400, 401, 403].includes(status)) return [];
  const field = subject.uses.find(
    (use) => use.field.includes('_') && !use.field.includes(':') && carries(subject.hop, use),
  )?.field;
  if (field === undefined) return [];
  const missed = /\b(?:missing|no [\w -]{0,20}key|required|not (?:found|provided|present|supplied))\b/i.test(
    subject.text,
  );
  return [
    evidence('delivery/underscore', {
      names: ['header-dropped-by-proxy'],
      weight: missed ? 3 : 1,
      lines: [
        {
          hop: subject.hop.index,
          field,
          seen: 'was sent; servers such as nginx drop a field whose name has an underscore',
        },
      ],
    }),
  ];
}
