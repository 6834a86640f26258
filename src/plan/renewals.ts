/** `renew: true`: what cannot be got anew would pass without a test of anything. */
import type { Json, JsonMap, Step } from '../model.ts';
import type { Problems } from '../problem.ts';
import { isMap, sourceOf } from '../source.ts';

const renewable = new Set(['oauth2', 'self_signed_jwt', 'session', 'ci_oidc', 'command']);

/** `holder`: the map that holds `credential`. */
export function checkRenewals(
  step: Step,
  holder: JsonMap,
  types: ReadonlyMap<string, JsonMap>,
  problems: Problems,
): void {
  const value = holder['credential'];
  if (step.kind !== 'request' || value === undefined) return;
  const refs: readonly Json[] = Array.isArray(value) ? value : [value];
  for (const ref of refs) {
    if (!isMap(ref) || ref['renew'] !== true) continue;
    const name = String(ref['name']);
    const why = unrenewable(types.get(name));
    if (why === null) continue;
    problems.add('RENEW_NOT_APPLICABLE', `Credential "${name}" ${why}.`, {
      source: sourceOf(ref, 'renew', 'key') ?? sourceOf(ref),
      fix: `Take "renew" away; there is a renewal for ${[...renewable].join(', ')}.`,
    });
  }
}

/** As a predicate; null where it can be renewed, or where its type is told to be wrong elsewhere. */
function unrenewable(map: JsonMap | undefined): string | null {
  const type = map?.['type'];
  if (typeof type !== 'string') return null;
  if (!renewable.has(type)) return `is of type ${type}, which is not renewed`;
  if (type === 'session' && map?.['storage_state'] !== undefined)
    return 'is a saved session, which is not renewed without a browser';
  if (type === 'ci_oidc' && map?.['provider'] === 'gitlab')
    return 'is the ID token of a GitLab job, which has one and no more';
  return null;
}
