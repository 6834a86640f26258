import { expect } from 'chai';
import { neededScopes } from '../../../src/diagnose/facts/claims.ts';
import { scopesInQuestion } from '../../../src/diagnose/facts/scope.ts';
import { rightClaims, use } from '../subjects.ts';
import { subject } from './support.ts';

const json = [['Content-Type', 'application/json']] as const;
const rows: readonly (readonly [status: number, body: string, expected: readonly string[]])[] = [
  [403, '{"message":"Insufficient scope, expected any of: read:users"}', ['read:users']],
  [403, '{"reason":"Scope orders:write is required"}', ['orders:write']],
  [
    400,
    '{"message":"The token does not contain scopes:[meeting:read, user:read]."}',
    ['meeting:read', 'user:read'],
  ],
  [403, '{"detail":"No.","required_scopes":["orders:read","orders:write"]}', ['orders:read', 'orders:write']],
  [403, '{"message":"Missing scope \\"orders:write\\""}', ['orders:write']],
  [403, '{"message":"The scopes that this needs are described in our documents."}', []],
  [400, '{"message":"scope must be a list"}', []],
  [403, '{"message":"You may not do this."}', []],
];

describe('neededScopes', () => {
  for (const [status, body, expected] of rows) {
    it(`reads ${expected.join(' ') || 'none'} from ${status} ${body}`, () => {
      expect(neededScopes(subject({ hops: [{ status, headers: json, body }] }))).to.deep.equal(expected);
    });
  }
});

describe('scopesInQuestion', () => {
  const asked = (scope: string): readonly string[] =>
    scopesInQuestion(
      subject({
        uses: [use({ ...rightClaims, scope })],
        hops: [{ status: 403, headers: json, body: '{"reason":"Scope orders:write is required"}' }],
      }),
    );

  it('are those that the answer names', () => {
    expect(asked('orders:read')).to.deep.equal(['orders:write']);
  });

  it('are none where the token is seen to hold them', () => {
    expect(asked('orders:read orders:write')).to.deep.equal([]);
  });
});
