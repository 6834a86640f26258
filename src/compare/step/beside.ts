/** A step that failed beside the same step elsewhere: in what they differ, and which of it is the cause. Pure. */
import type { Beside, Finding, StepDifference } from '../../model.ts';
import type { Digest } from './digest.ts';
import { explains, type TraitSpec } from './explains.ts';
import { markedOf, type Row } from './marks.ts';
import { type Trait, type TraitKind, traitKinds } from './trait.ts';

/** A step that expects something else elsewhere differs in much; what is told is bounded. */
const most = 40;

/**
 * The nearest of the environments in which the step passes; where it passes nowhere, one that answers in another way;
 * null where there is none to tell of. `first`: the finding that explains the step.
 */
export function besideOf(here: Digest, others: readonly Digest[], first: Finding | null): Held | null {
  const comparable = others.filter(({ traits }) => here.role !== null && traits.has(here.role));
  const ranked = comparable
    .map((there) => ({ there, rows: rowsOf(here, there) }))
    .map((each) => ({ ...each, rank: rankOf(each.there, each.rows) }))
    .toSorted((a, b) => a.rank - b.rank);
  const best = ranked[0];
  if (!best) return null;
  const { there, rows } = best;
  if (!there.passed && !rows.some(({ kind }) => answers.has(kind))) return null;
  return tell(here, there, rows, first);
}

export interface Held {
  readonly beside: Beside;
  /** The only difference that matters, where the cause shows in it. */
  readonly only: StepDifference | null;
}

const answers: ReadonlySet<TraitKind> = new Set(['status', 'challenge', 'refusal', 'failure']);

/** Lower is better: passed with a good answer, passed, failed; then the one that differs least. */
function rankOf(there: Digest, rows: readonly Row[]): number {
  const state = !there.passed ? 2 : isOtherwise(there, rows) ? 1 : 0;
  return state * 1000 + rows.filter(matters).length;
}

/** It passes there because something else is expected, an error perhaps. */
function isOtherwise(there: Digest, rows: readonly Row[]): boolean {
  return !there.fine && rows.some(({ kind }) => kind === 'expectation');
}

function tell(here: Digest, there: Digest, rows: readonly Row[], first: Finding | null): Held {
  const cause = first?.severity === 'error' ? first.cause : null;
  const specs = cause === null ? [] : (explains[cause] ?? []);
  const shown = rows.filter(({ kind }) => kind !== 'credential.shared' || specs.includes(kind));
  const judged = there.passed && !isOtherwise(there, rows);
  const marked = judged && first ? markedOf(shown, specs, first) : [];
  const differences = [...marked, ...shown.filter((row) => !marked.includes(row))]
    .slice(0, most)
    .map((row) => differenceOf(row, there.environment, marked.includes(row)));
  const mattering = shown.filter(matters);
  const only = mattering.length === 1 && marked.some(matters) ? (differences[0] ?? null) : null;
  const shared = rows.some(({ kind }) => kind === 'credential.shared');
  const certain = first?.certainty !== 'possible';
  const says = saysOf({ specs, shared, here, there, mattering, marked, cause, certain, judged, only });
  return { beside: { environment: there.environment, passed: there.passed, differences, says }, only };
}

interface Told {
  /** What the cause shows in. */
  readonly specs: readonly TraitSpec[];
  readonly here: Digest;
  readonly there: Digest;
  /** The credential has the same value in both. */
  readonly shared: boolean;
  readonly mattering: readonly Row[];
  readonly marked: readonly Row[];
  readonly only: StepDifference | null;
  readonly cause: string | null;
  /** More than possible. */
  readonly certain: boolean;
  readonly judged: boolean;
}

function saysOf({
  specs,
  shared,
  here,
  there,
  mattering,
  marked,
  cause,
  certain,
  judged,
  only,
}: Told): string {
  const name = there.environment;
  if (!there.passed) return `The answer in ${name} is another one: it may fail there for a cause of its own.`;
  if (!judged)
    return `In ${name} another answer is expected of this step, so that it passes there says little.`;
  if (mattering.length === 0 && !marked.some(({ kind }) => kind === 'credential.shared'))
    return sameSays(here, shared, certain ? specs : []);
  if (only) return `The only difference to ${name}: ${only.what}.`;
  if (marked.length > 0) {
    const what = [...new Set(marked.map(whatOf))].join(' and ');
    return certain ? `${cause} shows in: ${what}.` : `If it is ${cause}, it shows in: ${what}.`;
  }
  if (cause === null || cause === 'unknown') return 'Nothing decides whether one of these is the cause.';
  return `None of these differences points to ${cause}.`;
}

/** Nothing differs but the answer. Of a value that came from outside nobody here knows whether it is the right one. */
function sameSays({ role, traits }: Digest, shared: boolean, specs: readonly TraitSpec[]): string {
  const own = traits.get(role ?? 'resource') ?? [];
  if (own.some(({ kind }) => kind === 'failure')) return 'Same request: it is not answered here.';
  if (role === 'authorization')
    return 'Same request, as far as can be seen: what the server has registered differs.';
  if (role === 'token')
    return 'Same request, as far as can be seen: the secret differs, or what the server has registered.';
  const type = own.find(({ kind }) => kind === 'credential.type');
  if (role !== 'resource' || !type || specs.some(isOfServer)) return 'Same request: the server differs.';
  const isToken = type.value !== 'api_key' && own.some((each) => each.kind === 'token.format');
  const kind = isToken ? 'token' : 'credential';
  const outside = own.some((each) => each.kind === 'token.obtained' && each.value === 'from outside');
  if (shared) return `Same request, same ${kind}: the server differs.`;
  return `Same request, same kind of ${kind}: ${outside ? 'its value or ' : ''}the server differs.`;
}

/** A cause that shows in who answers does not lie in the credential. */
function isOfServer(spec: TraitSpec): boolean {
  const kind = spec.replace(/\[.*$/, '') as TraitKind;
  return traitKinds[kind].class === 'server';
}

/** It may be why the answer is another one, and is no matter of taste of a server. */
function matters({ kind, role }: Row): boolean {
  const { class: what } = traitKinds[kind];
  // Where an authorization endpoint leads is its answer.
  if (kind === 'credential.shared' || (role === 'authorization' && kind.startsWith('redirects')))
    return false;
  return what === 'asked' || what === 'credential' || what === 'way';
}

const order = new Map(Object.keys(traitKinds).map((kind, index) => [kind, index]));

function rowsOf(here: Digest, there: Digest): Row[] {
  if (here.role === null) return [];
  const [own, others] = [here, there].map(({ traits }) => keyed(traits.get(here.role ?? 'resource') ?? []));
  if (!own || !others) return [];
  return [...new Set([...own.keys(), ...others.keys()])]
    .map((key) => ({ here: own.get(key) ?? null, there: others.get(key) ?? null }))
    .flatMap(({ here: one, there: two }) => {
      const some = one ?? two;
      return some && differs(some.kind, one, two)
        ? [{ role: here.role, kind: some.kind, of: some.of, here: one, there: two }]
        : [];
    })
    .toSorted((a, b) => (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0));
}

function keyed(traits: readonly Trait[]): Map<string, Trait> {
  return new Map(traits.map((each) => [`${each.kind}\n${each.of}`, each]));
}

/** What stands or falls with another trait is compared only where both have it. */
function differs(kind: TraitKind, here: Trait | null, there: Trait | null): boolean {
  if (kind === 'credential.shared') return here !== null && there !== null && here.value === there.value;
  if (here === null || there === null) return !needsBoth(kind);
  return here.value !== there.value;
}

function needsBoth(kind: TraitKind): boolean {
  if (kind.startsWith('token.')) return kind !== 'token.format';
  if (kind.startsWith('credential.')) return kind !== 'credential.type';
  return /^(clock$|tls\.|grant\.|http$|server$|via$|content-type$|redirects\.stopped$)/.test(kind);
}

function differenceOf(row: Row, environment: string, cause: boolean): StepDifference {
  const { kind, here, there } = row;
  const source = here?.source ?? null;
  const head = { kind, what: whatOf(row), cause, source };
  if (kind === 'credential.shared')
    return { ...head, here: `the same as in ${environment}`, there: 'the same' };
  const [own, others] = [seenOf(kind, here), seenOf(kind, there)];
  if (own !== others || !here || !there) return { ...head, here: own, there: others };
  const whose = (each: Trait): string => `${each.seen}, ${each.value === each.seen ? 'not ' : ''}its own`;
  return { ...head, here: whose(here), there: whose(there) };
}

function seenOf(kind: TraitKind, each: Trait | null): string {
  if (each) return each.seen;
  if (kind === 'header' || kind === 'parameter') return 'not sent';
  if (kind === 'status') return 'no answer';
  if (kind === 'failure') return 'answered';
  if (kind === 'dropped') return 'not dropped';
  if (kind === 'attempts') return 'passed at once';
  return 'none';
}

/** The name of a credential goes without saying. */
function whatOf({ kind, of }: Row): string {
  const { title } = traitKinds[kind];
  if (of === '' || kind.startsWith('token.') || kind.startsWith('credential.')) return title;
  return kind === 'dropped' || kind === 'edge' ? `${of} ${title}` : `${title} ${of}`;
}
