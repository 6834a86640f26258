import type { Kind, Kinds } from '../../src/compare/kind.ts';

const usual = { rule: 'equal', severity: 'warning', fix: 'Mend it.', references: [] } as const;

const list: readonly Kind[] = [
  { ...usual, id: 'x.plain', title: 'the thing' },
  {
    ...usual,
    id: 'x.error',
    title: 'the thing',
    severity: 'error',
    cause: 'scope-unknown',
    certainty: 'likely',
  },
  { ...usual, id: 'x.told', title: 'the thing', rule: 'shown', severity: 'info' },
  { ...usual, id: 'x.set', title: 'the list', set: true },
  { ...usual, id: 'x.seconds', title: 'the lifetime', tolerance: 1 },
  { ...usual, id: 'x.factor', title: 'the lifetime', factor: 4 },
  { ...usual, id: 'x.volatile', title: 'the clock', volatile: true },
  {
    ...usual,
    id: 'x.worded',
    title: 'the thing',
    changed: 'error',
    says: {
      differs: 'Of {of} there is {differences}; see {environments}.',
      odd: '{environment} has {value} for {of}, where {others} have {other_value}.',
      changed: '{environment} had {before} for {of}, and has {value}.',
    },
    fix: 'Mend {of} in {environments}.',
  },
  {
    ...usual,
    id: 'x.own',
    title: 'the id',
    rule: 'distinct',
    severity: 'error',
    cause: 'environment-mixup',
  },
  {
    ...usual,
    id: 'x.keys',
    title: 'the list of keys',
    rule: 'distinct',
    set: true,
    says: { shared: '{environments} sign with {value}.' },
  },
];

/** Kinds for tests of rules: whatever those are that there are. */
export const kinds: Kinds = new Map(list.map((each) => [each.id, each]));
