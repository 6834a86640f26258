import { expect } from 'chai';
import type { Issuer, JsonMap } from '../../src/model.ts';
import { homeOf } from '../../src/plan/home.ts';

describe('the home of an environment', () => {
  const issuer = (name: string, metadata: JsonMap): [string, Issuer] => [
    name,
    {
      name,
      issuer: `https://${name}.example.test/tenant`,
      discovery: 'oidc',
      metadata,
      source: { file: 'why401.yml', line: 1, column: 1 },
    },
  ];

  it('is where its origins, issuers and stated endpoints of clients are', () => {
    const issuers = new Map([
      issuer('main', {
        token_endpoint: 'https://tokens.example.test/token',
        userinfo_endpoint: 'https://userinfo.example.test:8443/me',
        introspection_endpoint: 'no URL',
        authorization_endpoint: 'https://pages.example.test/authorize',
        jwks_uri: 'https://keys.example.test/jwks',
        mtls_endpoint_aliases: {
          token_endpoint: 'https://mtls.example.test/token',
          jwks_uri: 'https://x.test/',
        },
      }),
      issuer('odd', { mtls_endpoint_aliases: 'https://odd.test/', token_endpoint: 7 }),
    ]);
    expect([
      ...homeOf({ origins: new Map([['api', 'http://api.example.test:8080']]), issuers }),
    ]).to.deep.equal([
      'http://api.example.test:8080',
      'https://main.example.test',
      'https://tokens.example.test',
      'https://userinfo.example.test:8443',
      'https://mtls.example.test',
      'https://odd.example.test',
    ]);
  });
});
