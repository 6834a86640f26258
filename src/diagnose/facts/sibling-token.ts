/** The refused token beside the one with which the same step passes in another environment: kinds, not values. */
import type { CauseId, CredentialUse } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { lastHop } from './wire.ts';

export function siblingTokenFacts(subject: Subject): Evidence[] {
  const use = tokenUse(subject);
  if (subject.stage !== 'resource' || !use?.token || (use.shape?.length ?? 0) > 0) return [];
  const witness = witnessOf(subject, use);
  if (!witness) return [];
  const { token } = use;
  const other = witness.use.token;
  const where = `the one that passes in ${witness.environment}`;
  const line = (field: string, seen: string) => [{ hop: subject.hop.index, field, seen }];
  if (token.format === 'opaque' && other?.format === 'jwt') {
    const lines = line('token', `opaque; ${where} is a JWT`);
    return [evidence('token/opaque-beside-jwt', { names: ['token-malformed'], weight: 2, lines })];
  }
  return kinds.flatMap(([name, cause]) => {
    const [own, theirs] = [token.header?.[name], other?.header?.[name]];
    if (typeof own !== 'string' || typeof theirs !== 'string' || own.toLowerCase() === theirs.toLowerCase())
      return [];
    const lines = line(`token ${name}`, `${own}; ${where} has ${theirs}`);
    return [evidence(`token/${name}-unlike-sibling`, { fits: [cause], lines })];
  });
}

const kinds: readonly (readonly [string, CauseId])[] = [
  ['alg', 'alg-not-allowed'],
  ['typ', 'token-type-wrong'],
];

/** The same step, passed elsewhere with a token of the same credential. */
function witnessOf(
  { past, step, environment }: Subject,
  own: CredentialUse,
): { readonly environment: string; readonly use: CredentialUse } | null {
  for (const each of past.toReversed()) {
    const status = lastHop(each.exchange)?.response?.status ?? 0;
    if (each.environment === environment.name || !each.passed || each.step !== step.name) continue;
    if (each.exchange.role !== 'resource' || status < 200 || status > 299) continue;
    const use = each.exchange.credentials.find(
      ({ name, field, token }) => name === own.name && field === own.field && token !== null,
    );
    if (use) return { environment: each.environment, use };
  }
  return null;
}
