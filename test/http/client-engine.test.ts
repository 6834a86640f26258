import { expect } from 'chai';
import fc from 'fast-check';
import { clientNext, clientRun, clientStart } from '../../src/http/client-engine.ts';
import { clientId, clientNames } from '../../src/http/client-names.ts';
import type { ClientAnswer, ClientProfile, ClientRequest } from '../../src/http/client-profile.ts';
import { clientProfiles, findClient } from '../../src/http/clients.ts';

const fields = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'content-type'];
const places = [
  'http://a.test/',
  'https://a.test/',
  'https://a.test:443/',
  'https://b.a.test/',
  'http://c.test:8080/x',
];
const anyLocation = fc.oneof(
  fc.constantFrom(...places, '/b', '', '?x', '//b.a.test', 'https://u:p@a.test/', 'http://[', 'mailto:x'),
  fc.string({ maxLength: 40 }),
  fc.constant(null),
);
const anyAnswer: fc.Arbitrary<ClientAnswer> = fc.record({
  status: fc.constantFrom(200, 300, 301, 302, 303, 304, 307, 308, 399, 401),
  location: anyLocation,
});
const anyRequest: fc.Arbitrary<ClientRequest> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'QUERY'),
  url: fc.constantFrom(...places).map((text) => new URL(text)),
  fields: fc.subarray(fields).map((names) => new Set(names)),
  hasBody: fc.boolean(),
});
const clients = clientProfiles();
const anyProfile = fc.constantFrom(...clients);

describe('clientRun', () => {
  it('never throws, invents no field and no body, and keeps to the limit', () => {
    fc.assert(
      fc.property(
        anyProfile,
        anyRequest,
        fc.array(anyAnswer, { maxLength: 60 }),
        (profile, request, answers) => {
          const { hops } = clientRun(profile, request, answers);
          expect(hops.length - 1).to.be.at.most(Math.min(profile.max ?? 60, answers.length));
          hops.forEach(({ state, dropped }, index) => {
            expect([...state.fields].filter((name) => !request.fields.has(name))).to.deep.equal([]);
            expect(state.hasBody && !request.hasBody).to.equal(false);
            expect(state.hop).to.equal(index + 1);
            const missing = [...request.fields].filter((name) => !state.fields.has(name));
            expect(dropped.map(({ header }) => header).sort()).to.deep.equal(missing.sort());
          });
        },
      ),
    );
  });

  it('gives a field back to a client only by a rule that says so', () => {
    fc.assert(
      fc.property(
        anyProfile,
        anyRequest,
        fc.array(anyAnswer, { maxLength: 20 }),
        (profile, request, answers) => {
          const { hops } = clientRun(profile, request, answers);
          for (const name of request.fields) {
            const rule = profile.fields.find((entry) => entry.fields.includes(name));
            const sent = hops.map(({ state }) => state.fields.has(name));
            const again = sent.some((now, index) => now && sent.slice(0, index).includes(false));
            const whole = profile.methods.some(({ becomes }) => becomes === 'first');
            if (again && !whole) expect(rule?.restored, `${profile.id} ${name}`).to.equal(true);
            if (rule?.keep === 'never') expect(sent.slice(1)).to.not.include(true);
          }
        },
      ),
    );
  });

  it('ends where the request is another than the one that was answered only for want of answers', () => {
    const curl = profileOf('curl');
    const request = {
      method: 'GET',
      url: new URL('https://a.test/'),
      fields: new Set(['authorization']),
      hasBody: false,
    };
    const run = clientRun(curl, request, [{ status: 302, location: 'https://b.test/' }]);
    expect(run.stop).to.equal(null);
    expect(run.hops.map(({ state, dropped }) => [state.url.href, dropped])).to.deep.equal([
      ['https://a.test/', []],
      ['https://b.test/', [{ header: 'authorization', rule: 'host' }]],
    ]);
  });
});

describe('clientNext', () => {
  const request = {
    method: 'GET',
    url: new URL('https://a.test/'),
    fields: new Set(['authorization']),
    hasBody: false,
  };
  const stops: readonly [client: string, answer: ClientAnswer, reason: string, gives: string][] = [
    ['fetch', { status: 200, location: '/b' }, 'not-a-redirect', 'redirect'],
    ['fetch', { status: 302, location: null }, 'no-location', 'redirect'],
    ['java-17', { status: 302, location: null }, 'no-location', 'error'],
    ['axios', { status: 302, location: ' ' }, 'empty-location', 'redirect'],
    ['fetch', { status: 302, location: 'http://[' }, 'invalid-location', 'error'],
    ['okhttp', { status: 302, location: 'http://[' }, 'invalid-location', 'redirect'],
    ['fetch', { status: 302, location: 'ftp://a.test/' }, 'scheme-unknown', 'error'],
    ['dotnet', { status: 302, location: 'http://a.test/' }, 'downgrade', 'redirect'],
    ['apache-httpclient', { status: 302, location: 'https://b.test/' }, 'credentials', 'redirect'],
    ['aiohttp', { status: 302, location: 'https://u:p@a.test/b' }, 'userinfo', 'error'],
  ];
  for (const [client, answer, reason, gives] of stops) {
    it(`stops for ${client}: ${reason}`, () => {
      const step = clientNext(profileOf(client), clientStart(request), answer);
      expect(step).to.deep.equal({ stop: { reason, gives } });
    });
  }

  it('names the part that changed: scheme, host, port in this order', () => {
    const rule = (location: string): unknown => {
      const step = clientNext(profileOf('fetch'), clientStart(request), { status: 302, location });
      return 'next' in step ? step.dropped : step.stop;
    };
    expect(rule('http://b.test:8080/')).to.deep.equal([{ header: 'authorization', rule: 'scheme' }]);
    expect(rule('https://b.test:8443/')).to.deep.equal([{ header: 'authorization', rule: 'host' }]);
    expect(rule('https://a.test:8443/')).to.deep.equal([{ header: 'authorization', rule: 'port' }]);
  });
});

describe('clients', () => {
  it('have names of their own, which the list of names repeats', () => {
    const ids = clients.map(({ id }) => id);
    expect(ids).to.deep.equal([...new Set(ids)]);
    expect(clientNames()).to.deep.equal(ids);
    expect(ids.filter((id) => !/^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*$/.test(id))).to.deep.equal([]);
    expect(findClient('no-such-client')).to.equal(null);
  });

  it('are found under the names that people call them by', () => {
    const asked =
      'requests newman node chrome Firefox safari python golang undici-fetch apache .NET csharp rust php';
    expect(asked.split(' ').map(clientId)).to.deep.equal([
      'python-requests',
      'postman',
      'fetch',
      'browser',
      'browser',
      'browser',
      'python-requests',
      'go',
      'undici',
      'apache-httpclient',
      'dotnet',
      'dotnet',
      'reqwest',
      'guzzle',
    ]);
    expect(clientNames().map(clientId)).to.deep.equal(clientNames());
    expect([clientId('constructor'), clientId('')]).to.deep.equal([null, null]);
  });

  it('say why in one sentence that names the field', () => {
    const wrong = clients.filter(({ says }) => !says.includes('{header}') || !says.endsWith('.'));
    expect(wrong.map(({ id }) => id)).to.deep.equal([]);
  });
});

function profileOf(id: string): ClientProfile {
  const profile = findClient(id);
  if (!profile) throw new Error(`no profile ${id}`);
  return profile;
}
