/** The name of the header that carries the credential: some servers and proxies drop names with an underscore. */
import { type Evidence, evidence } from '../evidence.ts';
import type { Subject } from '../subject.ts';
import { carries } from './delivery.ts';

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
