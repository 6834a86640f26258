import { type Challenge, parseChallenges } from '../http/challenge.ts';
import type { Check } from '../model.ts';
import type { RenderedJson } from '../plan/template.ts';
import { describeExpected, shorten } from './describe.ts';
import { fail, placeOf } from './judge.ts';
import { matches } from './matcher.ts';
import { isMatcher } from './matcher-words.ts';
import { type Expectation, fieldValues, type Outcome } from './outcome.ts';
import { isRenderedMap, type RenderedMap, secretsIn } from './rendered.ts';

/**
 * The challenges of the last answer (RFC 9110 section 11.6.1): one of them must match all given keys, `scheme` without
 * regard to case. A matcher in the place of the keys (`{exists: false}`) is held against the list of schemes.
 */
export function checkChallenge(expect: Expectation, outcome: Outcome): Check {
  const expected = expect.challenge as RenderedJson;
  const judgement = { kind: 'challenge', subject: '', container: expect, key: 'challenge' };
  if (!isRenderedMap(expected)) return fail(judgement, '"challenge" must be a map', outcome);
  const challenges = outcome.response
    ? parseChallenges(fieldValues(outcome.response, 'www-authenticate'))
    : [];
  const schemes = challenges.map((challenge) => challenge.scheme);
  const passed = isMatcher(expected)
    ? matches(expected, schemes.length > 0 ? schemes : undefined, {
        reveal: outcome.reveal,
        text: true,
        ignoreCase: true,
      })
    : challenges.some((challenge) => matchesChallenge(expected, challenge, outcome));
  const actual = challenges.length > 0 ? challenges.map(describeChallenge).join('; ') : 'no challenge';
  return {
    kind: 'challenge',
    subject: '',
    passed,
    expected: isMatcher(expected) ? describeExpected(expected) : describeWanted(expected),
    actual: shorten(actual, { ...outcome, secrets: secretsIn(expected) }),
    source: placeOf(expect, 'challenge', outcome),
  };
}

function matchesChallenge(expected: RenderedMap, challenge: Challenge, outcome: Outcome): boolean {
  return Object.keys(expected).every((key) => {
    const scheme = key === 'scheme';
    const actual = scheme ? challenge.scheme : challenge.parameters.get(key.toLowerCase());
    const context = { reveal: outcome.reveal, text: true, ignoreCase: scheme };
    return matches(expected[key] as RenderedJson, actual, context, [expected, key]);
  });
}

function describeWanted(expected: RenderedMap): string {
  return Object.entries(expected)
    .map(([key, value]) => {
      if (key === 'scheme' && typeof value === 'string') return value;
      return isRenderedMap(value) ? `${key} ${describeExpected(value)}` : `${key}=${describeExpected(value)}`;
    })
    .join(' ');
}

function describeChallenge(challenge: Challenge): string {
  const parameters = [...challenge.parameters].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [challenge.scheme, ...(challenge.token68 === null ? [] : [challenge.token68]), ...parameters].join(
    ' ',
  );
}
