/** The name of the header that carries the credential: some servers drop one with an underscore, and all drop what Connection lists. */
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { carries } from './delivery.ts';
import { sentField } from './wire.ts';

/** RFC 9110 section 7.6.1: a proxy removes each field that Connection lists. */
export function hopByHopFacts(subject: Subject): Evidence[] {
  const { status } = subject.response ?? { status: 0 };
  if (subject.stage !== 'resource' || ![400, 401, 403].includes(status)) return [];
  const listed = (sentField(subject.hop, 'connection') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const field = subject.uses.find((use) => listed.includes(use.field) && carries(subject.hop, use))?.field;
  if (field === undefined) return [];
  const cause = field === 'authorization' ? 'credentials-stripped-by-proxy' : 'header-dropped-by-proxy';
  return [
    evidence('delivery/hop-by-hop', {
      names: [cause],
      weight: 2,
      lines: [
        {
          hop: subject.hop.index,
          field: 'connection',
          seen: `lists ${field}: each proxy removes that field (RFC 9110 section 7.6.1)`,
        },
      ],
    }),
  ];
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
