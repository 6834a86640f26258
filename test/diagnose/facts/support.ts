/** Subjects with a past, for tables of facts. */
import type { Evidence } from '../../../src/diagnose/evidence.ts';
import { createSubject, type Past, type Subject } from '../../../src/diagnose/subject.ts';
import type { CookieTrace, Exchange, Hop, SentBody, Step } from '../../../src/model.ts';
import { exchange, type HopSpec, subject as plain, type SubjectSpec } from '../subjects.ts';

export interface FullHop extends HopSpec {
  readonly cookies?: Partial<CookieTrace>;
  readonly sentBody?: Partial<SentBody>;
  /** Milliseconds added to the clock of the hop. */
  readonly later?: number;
  readonly decodeError?: string;
  /** SHA-256 of the body: equal for equal bodies. */
  readonly digest?: string;
}

export function full(specs: readonly FullHop[], over: Partial<Exchange> = {}): Exchange {
  const made = exchange(specs, over.credentials ?? []);
  return { ...made, ...over, hops: made.hops.map((hop, index) => filled(hop, specs[index] ?? {})) };
}

function filled(hop: Hop, spec: FullHop): Hop {
  const later = spec.later ?? 0;
  const { response } = hop;
  return {
    ...hop,
    request: {
      ...hop.request,
      body: spec.sentBody ? { bytes: 1, sha256: '', excerpt: '', ...spec.sentBody } : null,
    },
    response:
      response && (spec.decodeError || spec.digest)
        ? {
            ...response,
            body: {
              ...response.body,
              decodeError: spec.decodeError ?? null,
              sha256: spec.digest ?? '',
            },
          }
        : response,
    cookies: { ...hop.cookies, ...spec.cookies },
    clock: { sent: hop.clock.sent + later, received: hop.clock.received + later },
  };
}

export function past(specs: readonly FullHop[], over: Partial<Exchange> & { passed?: boolean } = {}): Past {
  const { passed = true, ...rest } = over;
  return {
    environment: 'production',
    job: 'a.yml a',
    sameJob: true,
    step: 'earlier',
    passed,
    exchange: full(specs, rest),
  };
}

export interface FullSubject extends Omit<SubjectSpec, 'hops'> {
  readonly hops?: readonly FullHop[];
  readonly step?: Partial<Step>;
  readonly stopped?: Exchange['stopped'];
  readonly over?: Partial<Subject>;
}

export function subject(spec: FullSubject): Subject {
  const base = plain(spec);
  const failing = full(spec.hops ?? [{}], {
    credentials: base.uses,
    stopped: spec.stopped ?? null,
    role: spec.stage === 'token' ? 'token' : 'resource',
  });
  const made = createSubject({ ...base, step: { ...base.step, ...spec.step } as Step, failing });
  if (!made) throw new Error('no hop');
  return { ...made, ...spec.over };
}

/** Everything of an item but its kind: id, names, weight, what it agrees with, what it rules out, what was seen. */
export function short(items: readonly Evidence[]): unknown[] {
  return items.map(({ id, names, weight, excludes, only, lines, fits }) => [
    id,
    weight,
    names.join(' '),
    ...(fits.length > 0 ? [`fits ${fits.join(' ')}`] : []),
    ...(excludes.length > 0 ? [`not ${excludes.length > 4 ? excludes.length : excludes.join(' ')}`] : []),
    ...(only === null ? [] : [`only ${only.length}`]),
    ...lines.map(({ hop, field, seen }) => `${hop ?? '-'} ${field}: ${seen}`),
  ]);
}
