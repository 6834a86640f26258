import { expect } from 'chai';
import type { Issuer, JsonMap } from '../../src/model.ts';
import { observeOffers } from '../../src/survey/offers.ts';
import type { Used } from '../../src/survey/used.ts';

const source = { file: 'why401.yml', line: 1, column: 1 };
const uses = (...names: string[]) => new Map(names.map((name) => [name, source]));
const used: Used = {
  scopes: uses(),
  grants: uses('client_credentials'),
  authMethods: uses(),
  assertionAlgs: uses(),
  responseTypes: uses('code'),
  unpushed: source,
  dpop: source,
  endpoints: uses(),
};

function offers(discovery: Issuer['discovery'], values: JsonMap): Record<string, unknown> {
  const issuer = { name: 'main', issuer: 'https://login.example.test', discovery } as Issuer;
  return Object.fromEntries(observeOffers(issuer, values, used).map(({ kind, value }) => [kind, value]));
}

describe('what is used and offered', () => {
  it('is not offered where published metadata are silent about PKCE and DPoP', () => {
    expect(offers('oidc', {})).to.deep.equal({
      'issuer.pkce': 'not offered',
      'issuer.par_required': 'not required',
      'issuer.dpop': 'not offered',
    });
  });
  it('is not said by metadata that are written by hand, unless they say it', () => {
    expect(offers('none', {})).to.deep.equal({});
    expect(offers('none', { code_challenge_methods_supported: ['plain'] })).to.deep.equal({
      'issuer.pkce': 'not offered',
    });
  });
  it('is offered by a server that lists its grants among the response types', () => {
    const lists = { grant_types_supported: ['implicit'], response_types_supported: ['client_credentials'] };
    expect(offers('oidc', lists)['issuer.grant']).to.equal('offered');
  });
});
