import { expect } from 'chai';
import { concerns, evidenceOf } from '../../../src/diagnose/concern.ts';
import { diagnose } from '../../../src/diagnose/diagnose.ts';
import { type HopSpec, now, rightClaims, subject, use } from '../subjects.ts';

const expired = use({ ...rightClaims, exp: now / 1000 - 240 });
const html = [['Content-Type', 'text/html']] as const;

describe('concerns', () => {
  for (const [name, hop, expected] of [
    ['401', { status: 401 }, true],
    ['403', { status: 403 }, true],
    ['400 with a challenge', { status: 400, headers: [['WWW-Authenticate', 'Bearer']] }, true],
    ['404', { status: 404 }, true],
    ['419', { status: 419 }, true],
    ['498', { status: 498 }, true],
    ['503', { status: 503 }, true],
    ['a redirect that is not followed', { status: 302, headers: [['Location', '/login']] }, true],
    ['a login page with 200', { status: 200, headers: html, body: '<input type="password">' }, true],
    ['a success that fails a check of its body', { status: 200, body: '{"orders":[]}' }, false],
    ['a page with 200 that is no login', { status: 200, headers: html, body: '<h1>Orders</h1>' }, false],
  ] as const) {
    it(`${expected ? 'looks at' : 'leaves alone'} ${name}`, () => {
      const about = subject({ hops: [hop as HopSpec] });
      expect(concerns(about, evidenceOf(about))).to.equal(expected);
    });
  }
});

describe('evidenceOf', () => {
  const names = (hop: HopSpec): string[] => [
    ...new Set(evidenceOf(subject({ hops: [hop], uses: [expired] })).flatMap((item) => item.names)),
  ];

  for (const [status, expected] of [
    [401, true],
    [403, true],
    [302, true],
    [440, true],
    [404, false],
    [415, false],
    [500, false],
    [200, false],
  ] as const) {
    it(`${expected ? 'takes' : 'does not take'} an expired token for a reason of ${status}`, () => {
      expect(names({ status }).includes('token-expired')).to.equal(expected);
    });
  }

  it('takes it for a reason of 422 where the server says so', () => {
    const body = '{"error":"invalid_token","error_description":"The token expired"}';
    expect(names({ status: 422, body })).to.include('token-expired');
  });

  it('says no more than possible of a 404, and nothing of the token', async () => {
    const about = subject({ hops: [{ status: 404 }], uses: [expired] });
    const doors = { experiments: false, spend: () => true, below: async () => null };
    const probe = { random: () => 'x', take: () => [], authorize: null } as never;
    const { findings } = await diagnose(about, { ...doors, probe }, 1);
    expect(
      findings.map(({ cause, certainty, alternatives }) => [
        `${cause} ${certainty}`,
        ...alternatives.map((each) => each.cause),
      ]),
    ).to.deep.equal([['route-missing possible', 'permission-missing', 'host-not-allowed']]);
  });
});
