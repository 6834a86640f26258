/** Query parameters and cookies that a credential sets: each has one source. */
import type { JsonMap, RequestStep } from '../model.ts';
import type { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';
import { mapAt } from './maps.ts';
import type { NameContext } from './names.ts';

export function checkParameters(
  step: RequestStep,
  written: JsonMap,
  context: NameContext,
  problems: Problems,
): void {
  const taken = new Map<string, string>([
    ...[...new URLSearchParams(step.target.split('?')[1] ?? '').keys()].map((name) =>
      entry('query', name, 'the URL'),
    ),
    ...Object.keys(step.query).map((name) => entry('query', name, 'query:')),
    ...Object.keys(step.cookies).map((name) => entry('cookie', name, 'cookies:')),
  ]);
  for (const { name } of step.credentials) {
    const map = context.credentials.get(name);
    const place = map?.['in'];
    if (map?.['type'] !== 'api_key' || (place !== 'query' && place !== 'cookie')) continue;
    const [key] = entry(place, String(map['name']), '');
    const other = taken.get(key);
    taken.set(key, `the credential "${name}"`);
    if (other === undefined) continue;
    const what = place === 'query' ? 'parameter' : 'cookie';
    const message = `The ${what} "${String(map['name'])}" would come from ${other} and from the credential "${name}".`;
    problems.add('PARAMETER_TWICE', message, {
      source:
        sourceOf(written, 'credential') ??
        sourceOf(mapAt(written, place === 'query' ? 'query' : 'cookies'), String(map['name']), 'key') ??
        sourceOf(written),
      fix: 'Keep one of them; "credential: none" sends no credential.',
    });
  }
}

function entry(place: string, name: string, from: string): [key: string, from: string] {
  return [`${place} ${name}`, from];
}
