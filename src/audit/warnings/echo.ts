/**
 * The credential comes back in the answer. The trace shows what was sent by name (`[secret:reader]`), and the redactor
 * finds the same secrets in answers: where both name the same, it was echoed. No value is looked at here.
 */
import type { Seen } from '../seen.ts';
import { line, type Passed, type Warning, warning } from './warning.ts';

/** Fields of an answer in which one may come back. */
const fields = ['location', 'refresh', 'link', 'content-location'];
/** Characters of a secret that is no word. */
const shortest = 8;
/** More bodies are looked at again. */
const mostClean = 10_000;
const credentialFields: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'x-api-key']);

export function echo({ hops, redact }: Passed): Warning[] {
  return hops.flatMap((seen) => {
    if (seen.response === null || seen.endpoint !== 'resource') return [];
    const sent = namesSent(seen);
    if (sent.size === 0) return [];
    const found = places(seen, sent, redact);
    const [first] = found;
    if (!first) return [];
    return [
      warning(seen, {
        cause: null,
        check: 'credential-echoed',
        certainty: 'certain',
        summary: `${seen.origin} sends the credential back: ${first.name} is in the ${first.place} of its answer.`,
        evidence: found.map(({ place, name }) => line(seen, place, name)),
      }),
    ];
  });
}

/** Names of the secrets that credential fields carried. */
function namesSent(seen: Seen): Set<string> {
  const own = new Set(seen.carried.map(({ field }) => field).filter((field) => !field.includes(':')));
  const values = seen.hop.request.headers
    .filter(([name]) => credentialFields.has(name.toLowerCase()) || own.has(name.toLowerCase()))
    .map(([, value]) => value);
  return new Set(values.flatMap((value) => value.match(/\[secret:[^\]]*\]/g) ?? []));
}

function places(
  seen: Seen,
  sent: ReadonlySet<string>,
  redact: Passed['redact'],
): { readonly place: string; readonly name: string }[] {
  const found: { place: string; name: string }[] = [];
  const look = (place: string, text: string): void => {
    const redacted = text === '' ? text : redact(text);
    if (redacted === text || averageLength(text, redacted) < shortest) return;
    for (const name of sent) {
      const count = (all: string): number => all.split(name).length;
      if (count(redacted) > count(text)) found.push({ place, name });
    }
  };
  for (const name of fields) look(name, seen.header(name) ?? '');
  if (isText(seen)) {
    const { clean } = seen.known;
    const key = `${seen.response?.body.sha256 ?? ''} ${[...sent].join(' ')}`;
    if (clean.has(key)) return found;
    const before = found.length;
    look('body', seen.text);
    if (found.length === before && clean.size < mostClean) clean.add(key);
  }
  return found;
}

/** Of what was taken out: a short secret is a word that stands anywhere. */
function averageLength(text: string, redacted: string): number {
  const pieces = redacted.split(/\[secret:[^\]]*\]/);
  const kept = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return (text.length - kept) / (pieces.length - 1);
}

function isText(seen: Seen): boolean {
  return seen.mediaType === '' || /^text\/|json|xml|javascript|form-urlencoded/.test(seen.mediaType);
}
