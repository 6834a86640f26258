import { expect } from 'chai';
import { hostsOf, steady, withoutOwn } from '../../../src/compare/step/own.ts';
import type { Client, Environment, OAuth2Credential } from '../../../src/model.ts';
import { environment } from '../environments.ts';

describe('what is an environment’s own', () => {
  const staging = environment('staging', { origins: { api: 'https://api.staging.example.com' } });
  const production = environment('production', { origins: { api: 'https://api.example.com' } });
  const known = [staging, production];
  const own = (text: string, at: Environment): string =>
    withoutOwn(text, { environment: at, hosts: hostsOf(at, known) });

  it('is its hosts and its name, and not those of another', () => {
    expect(own('https://api.example.com/orders', production)).to.equal(
      own('https://api.staging.example.com/orders', staging),
    );
    expect(own('reader-production', production)).to.equal(own('reader-staging', staging));
    expect(own('reader-staging', production)).to.equal('reader-staging');
    expect(own('https://api.staging.example.com', production)).to.equal('https://api.staging.example.com');
    expect(own('reproductions', production)).to.equal('reproductions');
  });

  it('is the ids of its clients, their redirect_uris and the audiences it asks for, as whole words', () => {
    const client = {
      name: 'web',
      client_id: 'a81f',
      redirect_uris: ['https://app.example.net/callback'],
    } as unknown as Client;
    const credential = {
      name: 'reader',
      type: 'oauth2',
      resource: [],
      audience: 'urn:orders',
    } as unknown as OAuth2Credential;
    const at: Environment = {
      ...production,
      clients: new Map([['web', client]]),
      credentials: new Map([['reader', credential]]),
    };
    expect(own('a81f', at)).to.equal('${client.web}');
    expect(own('a81f0', at)).to.equal('a81f0');
    expect(own('https://app.example.net/callback', at)).to.equal('${client.web.redirect_uri.0}');
    expect(own('urn:orders', at)).to.equal('${audience.reader.0}');
    expect(own('urn:orders', production)).to.equal('urn:orders');
  });

  it('takes what is new in each request out of a text, and leaves words and versions', () => {
    const same: readonly (readonly [string, string])[] = [
      ['3f2b8c1e-1111-4222-8333-444455556666', '#'],
      ['2026-03-01T09:30:00.000Z', '#'],
      ['91244', '#'],
      ['Bearer [secret:STAGING_TOKEN]', 'Bearer [secret]'],
      ['dGhpcyBpcyBhIHNlY3JldCAx', '#'],
      ['v2', 'v2'],
      ['nginx/1.24.0', 'nginx/1.24.0'],
      ['application/json', 'application/json'],
      ['insufficient_scope_of_the_token', 'insufficient_scope_of_the_token'],
    ];
    expect(same.map(([text]) => [text, steady(text)])).to.deep.equal(same);
  });

  it('ends soon on whatever a server says', () => {
    expect(own('-'.repeat(1_000_000), production).length).to.be.at.most(2000);
    expect(steady(`${'a-'.repeat(1000)}`)).to.be.a('string');
  });
});
