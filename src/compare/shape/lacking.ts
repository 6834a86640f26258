/** Origins, issuers, clients, credentials, variables and headers that one environment has and another lacks. */
import { nearest } from '../../load/nearest.ts';
import type { JsonMap, Source } from '../../model.ts';
import type { Problem } from '../../problem.ts';
import { sourceOf } from '../../source.ts';
import { joined } from '../words.ts';
import { at, type Drift, drift } from './drift.ts';
import { areApart, mapIn, nameOf, type ProjectShape, type ShapeEnvironment } from './file.ts';
import { isClientUsed, isVariableUsed, usedCredentials } from './uses.ts';

interface Section {
  readonly kind: string;
  readonly noun: string;
  /** Key of the environment under which they stand. */
  readonly key: string;
  names(environment: ShapeEnvironment, shape: ProjectShape): readonly string[];
  /** The plan missed the one of that name. */
  misses(problem: Problem, name: string): boolean;
  /**
   * Nothing here uses it: it is in the file only to be compared, or was forgotten. Absent: one that is lacking and not
   * needed is told, never judged.
   */
  isIdle?(name: string, environment: ShapeEnvironment, shape: ProjectShape): boolean;
}

const own =
  (key: string) =>
  ({ raw }: ShapeEnvironment): readonly string[] =>
    Object.keys(mapIn(raw, key));

/** A `${prefix.NAME}` that means nothing. */
const unresolved = ({ code, message }: Problem, path: string): boolean =>
  code === 'UNRESOLVED_VARIABLE' && (message.includes(`"${path}"`) || message.includes(`"${path}.`));

const named = (problem: Problem, code: string, text: string): boolean =>
  problem.code === code && problem.message.includes(text);

export const sections: readonly Section[] = [
  {
    kind: 'file.origin',
    noun: 'origin',
    key: 'origins',
    names: own('origins'),
    misses: (problem, name) =>
      named(problem, 'UNKNOWN_ORIGIN', `"${name}"`) || unresolved(problem, `origin.${name}`),
  },
  {
    kind: 'file.issuer',
    noun: 'issuer',
    key: 'issuers',
    names: own('issuers'),
    misses: (problem, name) =>
      named(problem, 'UNKNOWN_ISSUER', `"${name}"`) || unresolved(problem, `issuer.${name}`),
  },
  {
    kind: 'file.client',
    noun: 'client',
    key: 'clients',
    names: own('clients'),
    misses: (problem, name) =>
      named(problem, 'UNKNOWN_CLIENT', `client "${name}"`) || unresolved(problem, `clients.${name}`),
    isIdle: (name, environment) => !isClientUsed(name, environment),
  },
  {
    kind: 'file.credential',
    noun: 'credential',
    key: 'credentials',
    names: ({ credentials }) => [...credentials.keys()],
    misses: (problem, name) =>
      named(problem, 'UNKNOWN_CREDENTIAL', `"${name}"`) ||
      named(problem, 'CREDENTIAL_INCOMPLETE', `Credential "${name}" `),
    isIdle: (name, environment) => usedCredentials(environment)?.has(name) !== true,
  },
  {
    kind: 'file.variable',
    noun: 'variable',
    key: 'variables',
    names: ({ raw }, { variables }) => [
      ...new Set([...Object.keys(mapIn(raw, 'variables')), ...Object.keys(variables)]),
    ],
    misses: (problem, name) => unresolved(problem, name),
    isIdle: (name, environment, shape) => !isVariableUsed(name, environment, shape),
  },
  {
    kind: 'file.header',
    noun: 'header field',
    key: 'headers',
    names: (each) => own('headers')(each).map((name) => name.toLowerCase()),
    misses: () => false,
  },
];

/** What `told` says of the plan's problems is said. */
export function lackingDrift(shape: ProjectShape, told: Set<Problem>): Drift[] {
  return sections.flatMap((section) => {
    const names = new Set(shape.environments.flatMap((each) => section.names(each, shape)));
    const paired = new Set<string>();
    return [...names].flatMap((name) => lackingOne(name, section, shape, told, paired));
  });
}

function lackingOne(
  name: string,
  section: Section,
  shape: ProjectShape,
  told: Set<Problem>,
  paired: Set<string>,
): Drift[] {
  const having = shape.environments.filter((each) => section.names(each, shape).includes(name));
  const lacking = shape.environments.filter(
    (each) => !having.includes(each) && having.some((other) => areApart(each, other)),
  );
  return lacking.flatMap((environment) => {
    const missed = environment.problems.filter((problem) => section.misses(problem, name));
    for (const problem of missed) told.add(problem);
    const near = nearName(name, section.names(environment, shape), having, section, shape);
    if (near !== null && paired.has(`${nameOf(environment)} ${near}`)) paired.add(name);
    else if (near !== null) for (const { environment: other } of having) paired.add(`${other.name} ${name}`);
    const isMirror = near !== null && missed.length === 0 && paired.has(name);
    // What is used where it is, and not needed here, is kept out of here on purpose.
    const isIdle = having.every((each) => section.isIdle?.(name, each, shape) === true);
    const isForgotten = isIdle && !paired.has(name) && !isLess(environment, having);
    return [lackingDriftOf(name, section, environment, having, missed, isMirror ? null : near, isForgotten)];
  });
}

/** A name of the lacking environment that none of the others has, and that is nearly the same. */
function nearName(
  name: string,
  names: readonly string[],
  having: readonly ShapeEnvironment[],
  section: Section,
  shape: ProjectShape,
): string | null {
  const elsewhere = new Set(having.flatMap((each) => section.names(each, shape)));
  const near = nearest(
    name,
    names.filter((each) => !elsewhere.has(each)),
  );
  if (near === null) return null;
  // `web1` and `web2` are two of a kind.
  return near.replace(/\d+/g, '#') === name.replace(/\d+/g, '#') ? null : near;
}

function lackingDriftOf(
  name: string,
  { kind, noun, key }: Section,
  lacking: ShapeEnvironment,
  having: readonly ShapeEnvironment[],
  missed: readonly Problem[],
  near: string | null,
  isForgotten: boolean,
): Drift {
  const where = nameOf(lacking);
  const others = joined(having.map(nameOf));
  const needed = missed[0]?.source ?? null;
  const isOversight = isForgotten || (near !== null && isSlip(name, near));
  const severity = missed.length > 0 ? 'error' : isOversight ? 'warning' : 'info';
  const has = `${others} ${having.length > 1 ? 'have' : 'has'} it`;
  const hint =
    near === null ? '' : ` It has "${near}", which ${others} ${having.length > 1 ? 'have' : 'has'} not.`;
  const need = needed === null ? '' : `, and a scenario or a credential needs it${at(needed)}`;
  return drift({
    kind,
    of: name,
    says: [
      ...having.map((each) => [nameOf(each), `${noun} "${name}"`, placeOf(each, key, name)] as const),
      [
        where,
        near === null ? `no ${noun} "${name}"` : `"${near}"`,
        near === null ? null : placeOf(lacking, key, near),
      ],
    ],
    severity,
    certainty: missed.length > 0 ? 'certain' : 'possible',
    where,
    summary: `Environment ${where} has no ${noun} "${name}"${need}; ${has}.${hint}`,
    ...(near === null ? {} : { fix: `Did you mean "${name}"? Name it the same in both environments.` }),
    source:
      placeOf(lacking, key, near ?? name) ?? sourceOf(lacking.raw, key, 'key') ?? lacking.environment.source,
  });
}

/** Where customers are has what the others have; a test system may have less. */
function isLess(lacking: ShapeEnvironment, having: readonly ShapeEnvironment[]): boolean {
  return lacking.raw['protected'] === false && having.every(({ raw }) => raw['protected'] !== false);
}

/** A name that nothing uses: only one that is hardly another. */
function isSlip(name: string, near: string): boolean {
  return name.length > 3 && Math.abs(near.length - name.length) < 3;
}

function placeOf({ raw, credentials }: ShapeEnvironment, key: string, name: string): Source | null {
  const map = mapIn(raw, key);
  const written = Object.keys(map).find((each) => each === name || each.toLowerCase() === name);
  const common: JsonMap | undefined = key === 'credentials' ? credentials.get(name) : undefined;
  return (written === undefined ? null : sourceOf(map, written, 'key')) ?? (common ? sourceOf(common) : null);
}
