/** The refused token beside one that this origin took in this run: in what they differ. */

import { stringifyJson } from '../../http/json.ts';
import type { CauseId, CredentialUse, JsonMap } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Past, type Subject, tokenUse } from '../subject.ts';
import { lastHop, originText, routeOf } from './wire.ts';

/** What a difference in a claim points to. Scopes have facts of their own; sub, jti, iat differ always. */
const meanings: Readonly<Record<string, CauseId>> = {
  iss: 'issuer-mismatch',
  aud: 'audience-mismatch',
  azp: 'client-mismatch',
  client_id: 'client-mismatch',
  appid: 'client-mismatch',
  cid: 'client-mismatch',
};

export function differenceFacts(subject: Subject): Evidence[] {
  const use = tokenUse(subject);
  const claims = use?.token?.claims;
  if (subject.stage !== 'resource' || subject.response?.status !== 401 || !use || !claims) return [];
  const taken = acceptedToken(subject, use);
  const other = taken?.use.token?.claims;
  if (!taken || !other) return [];
  const hop = lastHop(taken.past.exchange);
  const sameRoute = hop !== null && routeOf(hop) === routeOf(subject.hop);
  return Object.entries(meanings).flatMap(([name, cause]) => {
    if (name !== 'iss' && name !== 'aud' && claims[name] === undefined) return [];
    if (claims[name] === undefined || other[name] === undefined || overlap(claims, other, name)) return [];
    const seen = `${show(claims, name)}; the token that step "${taken.past.step}" passed with has ${show(other, name)}`;
    return [
      evidence(`token/${name}-differs-from-accepted`, {
        names: [cause],
        // Elsewhere at this origin the answer may be one for everybody.
        weight: sameRoute && cause !== 'client-mismatch' ? 2 : 1,
        lines: [{ hop: subject.hop.index, field: `token ${name}`, seen }],
      }),
    ];
  });
}

/** The latest other token that this origin answered with 2xx. */
export function acceptedToken(
  subject: Subject,
  use: CredentialUse,
): { readonly past: Past; readonly use: CredentialUse } | null {
  const origin = originText(subject.hop.request.url);
  for (const past of subject.past.toReversed()) {
    const hop = lastHop(past.exchange);
    const status = hop?.response?.status ?? 0;
    if (past.exchange.role !== 'resource' || past.environment !== subject.environment.name) continue;
    if (status < 200 || status > 299 || originText(hop?.request.url ?? '') !== origin) continue;
    const found = past.exchange.credentials.find(
      ({ token, field, fingerprint }) =>
        token?.claims != null && field === use.field && fingerprint !== use.fingerprint,
    );
    if (found) return { past, use: found };
  }
  return null;
}

function overlap(one: JsonMap, two: JsonMap, name: string): boolean {
  const values = (map: JsonMap): string[] => [map[name] ?? null].flat().map((value) => stringifyJson(value));
  const other = new Set(values(two));
  return values(one).some((value) => other.has(value));
}

function show(claims: JsonMap, name: string): string {
  return [claims[name] ?? null]
    .flat()
    .map((value) => (typeof value === 'string' ? value : stringifyJson(value)))
    .join(', ');
}
