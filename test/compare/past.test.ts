import { expect } from 'chai';
import { type Changed, compareWithPast } from '../../src/compare/past.ts';
import type { Json, Observation } from '../../src/model.ts';
import { kinds } from './kinds.ts';
import { at, observation } from './observed.ts';

const then = '2026-11-20T10:00:00Z';

function changes(before: readonly Observation[], now: readonly Observation[]): Changed {
  return compareWithPast(
    [{ environment: 'production', observations: now }],
    [{ environment: 'production', at: then, observations: before }],
    kinds,
  );
}

function change(kind: string, before: Json, now: Json): readonly string[] {
  const { differences, findings } = changes(
    [observation(kind, 'main', before)],
    [observation(kind, 'main', now, { source: at(3) })],
  );
  return [
    ...differences.map(
      ({ what, severity, environments }) => `${what} ${severity} ${Object.values(environments).join(' | ')}`,
    ),
    ...findings.map(({ severity, summary }) => `${severity} ${summary}`),
  ];
}

describe('an environment beside its past', () => {
  it('a change as row and finding, whole', () => {
    expect(
      changes(
        [observation('x.error', 'main', 'a', { seen: 'A' })],
        [observation('x.error', 'main', 'b', { source: at(3) })],
      ),
    ).to.deep.equal({
      differences: [
        {
          what: 'x.error[main]',
          environments: { 'production, 2026-11-20T10:00:00Z': 'A', production: 'b' },
          cause: 'scope-unknown',
          check: null,
          severity: 'error',
          expected: null,
        },
      ],
      findings: [
        {
          cause: 'scope-unknown',
          check: null,
          environment: 'production',
          severity: 'error',
          expected: false,
          certainty: 'likely',
          summary: 'The thing of main changed in production since 2026-11-20T10:00:00Z: A before, b now.',
          hop: null,
          evidence: [
            { hop: null, field: 'production, 2026-11-20T10:00:00Z', seen: 'A' },
            { hop: null, field: 'production', seen: 'b (why401.yml:3:5)' },
          ],
          experiments: [],
          fix: 'Mend it. Where the change is meant, write a new baseline.',
          fixSource: at(3),
          references: [],
          alternatives: [],
        },
      ],
      left: [],
    });
  });

  it('no change, whatever the rule', () => {
    const same = [...kinds.keys()].map((kind) => observation(kind, 'main', ['a']));
    expect(changes(same, same)).to.deep.equal({ differences: [], findings: [], left: [] });
  });

  it('what must differ between environments must stay in one', () => {
    expect(change('x.own', 'web', 'web')).to.deep.equal([]);
    const { findings } = changes(
      [observation('x.own', 'main', 'web')],
      [observation('x.own', 'main', 'app')],
    );
    expect(findings.map(({ cause, check, summary, fix }) => [cause, check, summary, fix])).to.deep.equal([
      [
        null,
        'x.own',
        'The id of main changed in production since 2026-11-20T10:00:00Z: web before, app now.',
        'Where the change is meant, write a new baseline.',
      ],
    ]);
  });

  it('what changes by itself is not compared', () => {
    expect(change('x.volatile', 1, 2)).to.deep.equal([]);
  });

  it('severity and words of the kind', () => {
    expect(change('x.worded', 'a', null)).to.deep.equal([
      'x.worded[main] error a | none',
      'error Production had a for main, and has none.',
    ]);
    expect(change('x.told', 'a', 'b')).to.deep.equal(['x.told[main] info a | b']);
    expect(change('x.factor', 900, 1800)).to.deep.equal(['x.factor[main] info 900 | 1800']);
    expect(change('x.seconds', 900, 901)).to.deep.equal([]);
  });

  it('of lists what was added and what is gone', () => {
    expect(change('x.set', ['r', 'w'], ['w', 'admin']).at(-1)).to.equal(
      'warning The list of main changed in production since 2026-11-20T10:00:00Z: admin added, r gone.',
    );
    expect(change('x.set', ['r', 'w'], ['w', 'r'])).to.deep.equal([]);
  });

  it('what appeared and what vanished are told', () => {
    const { differences, findings, left } = changes(
      [observation('x.error', 'a', 1), observation('x.error', 'old', 1)],
      [observation('x.error', 'a', 1), observation('x.error', 'new', 1)],
    );
    expect(
      differences.map(({ what, severity, environments }) => [what, severity, Object.values(environments)]),
    ).to.deep.equal([
      ['x.error[new]', 'info', ['not seen', '1']],
      ['x.error[old]', 'info', ['1', 'not seen']],
    ]);
    expect([findings, left]).to.deep.equal([[], []]);
  });

  it('what was looked at only then, or only now, is left', () => {
    const { differences, left } = changes(
      [observation('x.plain', 'a', 1), observation('x.plain', 'b', 1), observation('y.gone', '', 1)],
      [observation('x.error', '', 1)],
    );
    expect(differences).to.deep.equal([]);
    expect(left).to.deep.equal([
      {
        environment: 'production',
        what: 'x.plain',
        why: 'looked at on 2026-11-20T10:00:00Z, and not now',
        fix: 'Run compare as it was run then, or write a new baseline.',
        kinds: ['x.plain'],
      },
      {
        environment: 'production',
        what: 'x.error',
        why: 'not looked at on 2026-11-20T10:00:00Z',
        fix: 'Write a new baseline.',
        kinds: ['x.error'],
      },
      {
        environment: 'production',
        what: 'y.gone',
        why: 'the baseline has it, and this version of why401 does not know it',
        fix: 'Write a new baseline.',
        kinds: ['y.gone'],
      },
    ]);
  });

  it('several environments, each with its own past', () => {
    const now = ['staging', 'production'].map((environment) => ({
      environment,
      observations: [observation('x.own', '', 'web')],
    }));
    const past = now.map((each) => ({ ...each, at: then }));
    expect(compareWithPast(now, past, kinds).differences).to.deep.equal([]);
    const [staging, production] = past;
    const changed = compareWithPast(
      now,
      [production, { ...staging, observations: [observation('x.own', '', 'old')] }] as typeof past,
      kinds,
    );
    expect(changed.differences.map(({ environments }) => environments)).to.deep.equal([
      { 'staging, 2026-11-20T10:00:00Z': 'old', staging: 'web' },
    ]);
  });
});
