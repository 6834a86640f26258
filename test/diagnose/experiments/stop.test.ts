import { expect } from 'chai';
import { stopSign } from '../../../src/diagnose/experiments/stop.ts';
import type { Response } from '../../../src/model.ts';
import { hop } from '../subjects.ts';

function response(status: number, headers: readonly (readonly [string, string])[], body: string): Response {
  const made = hop(1, { status, headers, body }).response;
  if (!made) throw new Error('no response');
  return made;
}

describe('stopSign', () => {
  for (const [name, status, headers, body, expected] of [
    ['429', 429, [], '', '429'],
    ['Retry-After with any status', 503, [['Retry-After', '5']], '', 'Retry-After'],
    ['a header of a challenge', 403, [['CF-Mitigated', 'challenge']], '', 'the header cf-mitigated'],
    [
      'a page of a challenge',
      403,
      [],
      '<script src="/cdn-cgi/challenge-platform/x">',
      'a challenge for browsers',
    ],
    ['a captcha that comes with 202', 202, [], 'AwsWafIntegration.getToken', 'a challenge for browsers'],
    ['a locked account', 401, [], '{"message":"Account has been locked"}', 'words about a locked account'],
    ['too many attempts', 400, [], 'Too many failed login attempts', 'words about a locked account'],
    ['a captcha on a login page', 200, [], '<div class="g-recaptcha">', null],
    ['a record that is locked, in a success', 200, [], '{"account":"locked"}', null],
    ['a file that is locked', 423, [], 'The file is locked by another process', null],
    ['a plain refusal', 401, [['WWW-Authenticate', 'Bearer']], '', null],
  ] as const) {
    it(`${expected === null ? 'passes over' : 'sees'} ${name}`, () => {
      expect(stopSign(response(status, headers, body))).to.equal(expected);
    });
  }
});
