/** Clients and credentials that two environments have, and of which one says what the other does not. */
import type { Json, JsonMap } from '../../model.ts';
import type { Problem } from '../../problem.ts';
import { sourceOf } from '../../source.ts';
import { type Drift, drift } from './drift.ts';
import { mapIn, nameOf, type ProjectShape, pairsOf, type ShapeEnvironment } from './file.ts';
import { usedCredentials } from './uses.ts';

/** What `told` says of the plan's problems is said. */
export function partsDrift(shape: ProjectShape, told: Set<Problem>): Drift[] {
  return pairsOf(shape).flatMap(([a, b]) => [
    ...clientDrift(a, b, shape.offline, told),
    ...credentialDrift(a, b, told),
  ]);
}

interface Side {
  readonly of: ShapeEnvironment;
  readonly map: JsonMap;
}

function clientDrift(
  a: ShapeEnvironment,
  b: ShapeEnvironment,
  offline: boolean,
  told: Set<Problem>,
): Drift[] {
  const [ours, theirs] = [mapIn(a.raw, 'clients'), mapIn(b.raw, 'clients')];
  return Object.keys(ours)
    .filter((name) => theirs[name] !== undefined)
    .flatMap((name) => {
      const sides: [Side, Side] = [
        { of: a, map: mapIn(ours, name) },
        { of: b, map: mapIn(theirs, name) },
      ];
      return keysOf(sides, ['client_id']).flatMap((key) => {
        const [has, lacks] = hasAndLacks(sides, key);
        const missed = lacks.of.problems.filter(
          ({ code, message }) =>
            /^(CLIENT_|NO_REDIRECT_URI|CREDENTIAL_)/.test(code) &&
            (message.includes(`lient "${name}"`) || message.includes(`"${key}"`)),
        );
        for (const problem of missed) told.add(problem);
        const severity =
          missed.length > 0
            ? 'error'
            : offline && isSecretless(key, lacks) && isNamed(name, lacks.of)
              ? 'warning'
              : 'info';
        return [partDrift('file.client_key', 'client', name, key, has, lacks, severity, missed)];
      });
    });
}

/** A confidential client here, and there one that has nothing to show and does not say that it is public. */
function isSecretless(key: string, { map }: Side): boolean {
  const shown = ['client_secret', 'private_key', 'token_endpoint_auth_method', 'private_key_file'];
  return (key === 'client_secret' || key === 'private_key') && shown.every((each) => map[each] === undefined);
}

function isNamed(client: string, { credentials }: ShapeEnvironment): boolean {
  return [...credentials.values()].some((map) => map['client'] === client);
}

function credentialDrift(a: ShapeEnvironment, b: ShapeEnvironment, told: Set<Problem>): Drift[] {
  return [...a.credentials].flatMap(([name, map]) => {
    const other = b.credentials.get(name);
    if (!other) return [];
    const sides: [Side, Side] = [
      { of: a, map },
      { of: b, map: other },
    ];
    return [
      ...keysOf(sides, []).flatMap((key) => {
        const [has, lacks] = hasAndLacks(sides, key);
        const missed = lacks.of.problems.filter(
          ({ code, message }) =>
            code === 'CREDENTIAL_INCOMPLETE' &&
            message.includes(`Credential "${name}"`) &&
            (message.includes(`"${key}"`) || key === 'type'),
        );
        for (const problem of missed) told.add(problem);
        const severity =
          missed.length > 0
            ? 'error'
            : isAskedOnce(key, has, lacks) && isUsed(name, sides)
              ? 'warning'
              : 'info';
        const kind =
          severity === 'error' ? 'file.credential' : key === 'scope' ? 'file.scope' : 'file.credential_key';
        return [partDrift(kind, 'credential', name, key, has, lacks, severity, missed)];
      }),
      ...scopeDrift(name, sides),
    ];
  });
}

/** Keys that one has and the other lacks. */
function keysOf([a, b]: readonly [Side, Side], but: readonly string[]): string[] {
  const keys = new Set([...Object.keys(a.map), ...Object.keys(b.map)]);
  return [...keys].filter(
    (key) => !but.includes(key) && (a.map[key] === undefined) !== (b.map[key] === undefined),
  );
}

function hasAndLacks([a, b]: readonly [Side, Side], key: string): [Side, Side] {
  return a.map[key] === undefined ? [b, a] : [a, b];
}

/**
 * A token for one API in one environment, and in the other for none in particular: with the same scopes, servers of
 * different make that want different parameters are not the reason.
 */
function isAskedOnce(key: string, has: Side, lacks: Side): boolean {
  if (key === 'scope') return lacks.map['audience'] === undefined && lacks.map['resource'] === undefined;
  if (key !== 'audience' && key !== 'resource') return false;
  const other = key === 'audience' ? 'resource' : 'audience';
  return (
    lacks.map[other] === undefined &&
    words(has.map['scope']).join(' ') === words(lacks.map['scope']).join(' ')
  );
}

function isUsed(name: string, sides: readonly Side[]): boolean {
  return sides.every(({ of }) => usedCredentials(of)?.has(name) ?? true);
}

/** One asks for a part of what the other asks for. Scopes that have nothing in common are those of two makes. */
function scopeDrift(name: string, sides: readonly [Side, Side]): Drift[] {
  const [a, b] = sides.map(({ map }) => words(map['scope'])) as [string[], string[]];
  if (a.length === 0 || b.length === 0 || a.join(' ') === b.join(' ')) return [];
  const [more, less] = a.length >= b.length ? [sides[0], sides[1]] : [sides[1], sides[0]];
  const [long, short] = [words(more.map['scope']), words(less.map['scope'])];
  // How a refresh token is asked for is a matter of make.
  const missing = long.filter((scope) => !short.includes(scope) && scope !== 'offline_access');
  const isPart = short.every((scope) => long.includes(scope)) && missing.length > 0;
  const source = sourceOf(less.map, 'scope');
  return [
    drift({
      kind: 'file.scope',
      of: name,
      says: sides.map(({ of, map }) => [
        nameOf(of),
        `${words(map['scope']).join(' ')}`,
        sourceOf(map, 'scope'),
      ]),
      severity: isPart && isUsed(name, sides) ? 'warning' : 'info',
      where: nameOf(less.of),
      summary: `The credential ${name} does not ask for the scope ${missing.join(' ')} in ${nameOf(less.of)}, as it does in ${nameOf(more.of)}.`,
      source,
    }),
  ];
}

function words(value: Json | undefined): string[] {
  return typeof value === 'string'
    ? value
        .split(/\s+/)
        .filter((word) => word !== '')
        .sort()
    : [];
}

function partDrift(
  kind: string,
  noun: string,
  name: string,
  key: string,
  has: Side,
  lacks: Side,
  severity: 'error' | 'warning' | 'info',
  missed: readonly Problem[],
): Drift {
  const [there, here] = [nameOf(has.of), nameOf(lacks.of)];
  return drift({
    kind,
    of: `${name} ${key}`,
    says: [
      [there, `${key} is written`, sourceOf(has.map, key)],
      [here, `no ${key}`, sourceOf(lacks.map)],
    ],
    severity,
    ...(missed.length > 0 ? { certainty: 'certain' } : {}),
    where: here,
    summary: `The ${noun} ${name} has no ${key} in ${here}; in ${there} it has one.`,
    ...(missed[0]?.fix ? { fix: missed[0].fix } : {}),
    source: sourceOf(lacks.map) ?? lacks.of.environment.source,
  });
}
