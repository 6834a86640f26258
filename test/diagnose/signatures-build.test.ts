import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { match } from '../../src/diagnose/matching.ts';
import { mayMatch, needles } from '../../src/diagnose/needles.ts';
import type { Example, Signature } from '../../src/diagnose/signature.ts';
import { compileSignature, expandSignatures, expandTerms } from '../../src/diagnose/signature-source.ts';
import { matches, read, signatures } from '../../src/diagnose/signatures.ts';
import { answerOf } from '../../src/diagnose/wording.ts';
import { compilePattern } from '../../src/http/regexp.ts';
import { answerOfExample, answerTo, causeIds } from './answers.ts';

const right: Signature = {
  id: 'a/b',
  when: { stage: ['resource'], words: '\\b{token} expired at (?P<time>\\S+)' },
  causes: ['token-expired'],
  weight: 3,
  says: 'The token expired at {time}.',
  examples: [{ stage: 'resource', status: 401, body: 'Token expired at 12:00', source: 'a server' }],
};
const terms = expandTerms({ kind: 'access|bearer', token: '(?:{kind} )?token' });
const causes = new Set(['token-expired']);

function fault(change: Partial<Record<keyof Signature, unknown>>): string {
  try {
    expandSignatures([{ ...right, ...change } as Signature], terms, causes);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('signature build', () => {
  it('puts terms into patterns and leaves examples out of what is shipped', () => {
    const [expanded] = expandSignatures([right], terms, causes);
    expect(expanded && compileSignature(expanded)).to.deep.equal({
      id: 'a/b',
      when: { stage: ['resource'], words: '\\b(?:(?:(?:access|bearer) )?token) expired at (?P<time>\\S+)' },
      causes: ['token-expired'],
      weight: 3,
      says: 'The token expired at {time}.',
      words: {
        pattern: '\\b(?:(?:(?:access|bearer) )?token) expired at (?P<time>\\S+)',
        needles: [[['token'], [' expired at ']]],
        groups: ['time'],
      },
    });
  });

  const faults: readonly (readonly [string, Partial<Record<keyof Signature, unknown>>, string])[] = [
    ['nothing', {}, ''],
    ['an unknown cause', { causes: ['token-tired'] }, 'There is no cause "token-tired".'],
    ['no cause', { causes: [] }, 'It names no cause.'],
    ['an unknown condition', { when: { word: 'x' } }, 'There is no condition "word".'],
    ['no condition', { when: { stage: ['token'] } }, 'It matches everything.'],
    [
      'an unknown placeholder',
      { says: 'The token of {someone} expired.' },
      'There is no placeholder "someone".',
    ],
    ['no sentence', { says: 'expired' }, '"says" is not a sentence.'],
    ['an unknown term', { when: { words: '{nobody}' } }, 'There is no term {nobody}.'],
    ['capitals', { when: { words: 'Token' }, says: 'It has expired.' }, '"Token" is not in lower case.'],
    [
      'a pattern that matches nothing',
      { when: { words: 'a*' }, says: 'It has expired.' },
      '"a*" matches nothing at all.',
    ],
    ['a weight of 4', { weight: 4 }, 'Its weight is not 1, 2 or 3.'],
    ['no example', { examples: [] }, 'It has no example.'],
    [
      'an example without source',
      { examples: [{ stage: 'resource', status: 401 }] },
      'An example has no source.',
    ],
  ];
  for (const [what, change, message] of faults) {
    it(`finds ${what}`, () => {
      expect(fault(change)).to.equal(message === '' ? '' : `Signature a/b: ${message}`);
    });
  }

  it('takes the entry that the docs show', () => {
    const shown = /```yml\n([\s\S]*?)```/.exec(readFileSync('docs/signatures.md', 'utf8'))?.[1] ?? '';
    const { signatures: entries } = parse(shown) as { signatures: Signature[] };
    const shipped = parse(readFileSync('src/diagnose/signatures/terms.yml', 'utf8')) as Record<
      string,
      string
    >;
    const [entry] = expandSignatures(entries, expandTerms(shipped), new Set(causeIds()));
    if (!entry) throw new Error('no entry');
    const fits = (examples: readonly Example[]): boolean[] =>
      examples.map((example) => match(compileSignature(entry), answerOfExample(example)).length > 0);
    expect([fits(entry.examples), fits(entry.counterexamples ?? [])]).to.deep.equal([[true], [false]]);
  });

  it('refuses an id that is given twice', () => {
    expect(() => expandSignatures([right, right], terms, causes)).to.throw(
      'Two signatures have the id "a/b".',
    );
  });
});

describe('needles', () => {
  const cases: readonly (readonly [string, ReturnType<typeof needles>])[] = [
    ['token', [[['token']]]],
    ['\\btoken (?:is|was) expired', [[['token '], ['is', 'was'], [' expired']]]],
    ['jwt|tokens?', [[['jwt']], [['token']]]],
    ['a?bc', [[['bc']]]],
    ['[ab]+', null],
    ['x|.*', null],
    ['(?:ab)?cd{2}ef', [[['cd'], ['ef']]]],
    ['(?P<n>\\S+) at', [[[' at']]]],
    ['redirect\\.uri', [[['redirect.uri']]]],
  ];
  for (const [pattern, wanted] of cases) {
    it(`of ${pattern}`, () => {
      expect(needles(pattern)).to.deep.equal(wanted);
    });
  }

  it('never keep a shipped pattern from a text that it matches', () => {
    const texts = [
      'the access token expired',
      'invalid signature',
      'missing required parameter: code challenge',
      'unknown client',
      'csrf token missing',
      'you do not have permission to access this resource',
      'no applicable key found in the json web key set',
    ];
    const kept = signatures().flatMap(({ id, words }) => {
      const pattern = words === undefined ? null : compilePattern(words.pattern);
      if (!words || pattern === null || 'error' in pattern) return [];
      return texts
        .filter((text) => pattern.test(text) && !mayMatch(text, words.needles))
        .map((text) => `${id}: ${text}`);
    });
    expect(kept).to.deep.equal([]);
  });
});

describe('reading', () => {
  function causesOf(body: string): string[] {
    return matches(answerTo({ stage: 'resource', status: 401, body })).map(
      ({ signature, weight, causes: named }) => `${signature.id} ${weight} ${named.length}`,
    );
  }

  it('takes the wider of two readings', () => {
    expect(
      causesOf('Invalid or expired token').filter((line) => line.startsWith('token/expired')),
    ).to.deep.equal([]);
  });

  it('reads no statement into a denial', () => {
    expect(
      causesOf('The token is not expired').filter((line) => line.startsWith('token/expired')),
    ).to.deep.equal([]);
  });

  it('weakens what is offered as one of several', () => {
    expect(causesOf('Token may have been revoked or has expired')).to.satisfy((lines: string[]) =>
      lines.every((line) => !line.includes(' 3 ')),
    );
    expect(causesOf('Perhaps the token expired')).to.deep.equal(['token/expired 2 1']);
  });

  it('lets a sentence overrule the code beside it', () => {
    const subject = answerTo({
      stage: 'token',
      status: 400,
      body: '{"error":"invalid_client","error_description":"User is disabled"}',
    });
    expect(matches(subject).map(({ signature }) => signature.id)).to.deep.equal(['user/disabled']);
  });

  it('says what the answer says, and quotes it as it was sent', () => {
    const subject = answerTo({
      stage: 'resource',
      status: 403,
      headers: [['WWW-Authenticate', 'Bearer error="insufficient_scope", scope="orders:write"']],
    });
    const first = read(subject).find(({ id }) => id === 'says/oauth/insufficient-scope');
    expect(first).to.deep.include({
      kind: 'text',
      names: ['scope-missing'],
      weight: 3,
      lines: [
        { hop: 1, field: 'challenge scope', seen: 'orders:write' },
        { hop: 1, field: 'error', seen: 'insufficient_scope' },
      ],
    });
    expect(first?.told).to.deep.equal({
      says: 'The token lacks a scope that this resource needs.',
      fix: 'Ask for the scope that the challenge names, and consent to it.',
      references: ['RFC 6750 section 3.1'],
    });
  });

  it('is bounded for hostile bodies', () => {
    for (const unit of [
      'token ',
      'is been the ',
      '<',
      "'",
      'invalid or expired ',
      '{"a":',
      'error=',
      '&a=',
      'a=&',
    ]) {
      const subject = answerTo({ stage: 'resource', status: 401, body: unit.repeat(20_000) });
      expect(subject.response && answerOf(subject.response).words.length).to.be.at.most(4096);
      expect(read(subject)).to.be.an('array');
    }
  });
});
