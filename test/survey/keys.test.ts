import '../support/reflect-metadata.ts';
import { X509CertificateGenerator } from '@peculiar/x509';
import { expect } from 'chai';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { JsonMap } from '../../src/model.ts';
import { surveyDiscovery } from '../../src/survey/discovery.ts';
import { surveyKeys } from '../../src/survey/keys.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import {
  type Answer,
  hosts,
  metadataOf,
  type Pages,
  projectOf,
  secrets,
  serveLogin,
} from '../support/published.ts';
import { type Surveyed, surveyedBy } from '../support/surveyed.ts';

const { staging, production } = hosts;
const openid = '/.well-known/openid-configuration';
const step = 'production: keys of issuer main';

describe('key sets of two environments', () => {
  let origins: Origins;
  let pages: Pages = {};
  let own: JsonMap;
  let other: JsonMap;
  let secret: JsonMap;

  before(async () => {
    origins = await startOrigins();
    const all = new Proxy({} as Pages, { get: (_, address: string) => pages[address] });
    await serveLogin(origins, staging.login, all);
    await serveLogin(origins, production.login, all);
    [own, other] = [await publicKey('ES256', 's1'), await publicKey('ES256', 'p1')];
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    secret = { ...(await exportJWK(privateKey)), kid: 'shown' } as JsonMap;
  });
  beforeEach(() => {
    origins.received.length = 0;
  });
  after(() => origins.close());

  async function publicKey(alg: string, kid: string, more: JWK = {}, size = 2048): Promise<JsonMap> {
    const options = /^[RP]S/.test(alg) ? { extractable: true, modulusLength: size } : { extractable: true };
    const { publicKey: key } = await generateKeyPair(alg, options);
    return { ...(await exportJWK(key)), kid, use: 'sig', alg, ...more } as JsonMap;
  }

  function look(
    set: JsonMap | Answer,
    changes: Readonly<Record<string, unknown>> = {},
    project = projectOf(),
  ): Promise<Surveyed> {
    pages = {
      [`${staging.login}${openid}`]: metadataOf(staging.login),
      [`${production.login}${openid}`]: metadataOf(production.login, changes),
      [`${staging.login}/jwks`]: { keys: [own] },
      [`${production.login}/jwks`]: set,
    };
    return surveyedBy([surveyDiscovery, surveyKeys], { origins, project, secrets });
  }

  it('says nothing of keys that differ, whatever they are called', async () => {
    const { found, drift, rows, observations } = await look({ keys: [other] });
    expect({ found, drift, rows }).to.deep.equal({ found: [], drift: [], rows: [] });
    const thumbprint = await calculateJwkThumbprint(other as unknown as JWK);
    const source = { file: 'why401.yml', line: 1, column: 1 };
    const kinds = observations('production').filter(({ kind }) => /key|kids/.test(kind));
    expect(kinds.map((each) => ({ ...each, source }))).to.deep.equal([
      { kind: 'issuer.key_types', of: 'main', value: ['EC P-256 for ES256'], source },
      { kind: 'issuer.kids', of: 'main', value: ['p1'], source },
      {
        kind: 'issuer.key',
        of: `thumbprint ${thumbprint}`,
        value: thumbprint,
        seen: 'kid "p1" at issuer main',
        source,
      },
    ]);
    const asked = origins.received.filter(({ url }) => url === '/jwks');
    expect(asked.map(({ origin, method }) => `${method} ${origin}`).sort()).to.deep.equal([
      `GET ${production.login}`,
      `GET ${staging.login}`,
    ]);
  });

  it('finds the same key in both under another kid, and names it', async () => {
    const { found, drift } = await look({ keys: [other, { ...own, kid: 'copied' }] });
    expect(found).to.deep.equal([]);
    expect(drift).to.have.length(1);
    expect(drift[0]).to.match(
      /^warning environment-mixup likely: .*staging and production.*kid "(?:s1|copied)"/,
    );
  });

  it('says nothing of the same kid with another key', async () => {
    const { found, drift } = await look({ keys: [{ ...other, kid: 's1' }] });
    expect({ found, drift }).to.deep.equal({ found: [], drift: [] });
  });

  it('takes the keys of one server for its tenants as they are', async () => {
    const at = (name: string): string => `${production.login}/${name}`;
    const plain = projectOf();
    const environments = plain['environments'] as { readonly [name: string]: JsonMap };
    const tenant = (name: string): JsonMap => ({ ...environments[name], issuers: { main: at(name) } });
    const project = {
      ...plain,
      environments: { staging: tenant('staging'), production: tenant('production') },
    };
    const shared = (name: string): JsonMap => metadataOf(at(name), { jwks_uri: `${production.login}/jwks` });
    pages = {
      [`${at('staging')}${openid}`]: shared('staging'),
      [`${at('production')}${openid}`]: shared('production'),
      [`${production.login}/jwks`]: { keys: [own] },
    };
    const { found, drift } = await surveyedBy([surveyKeys], { origins, project, secrets });
    expect({ found, drift }).to.deep.equal({ found: [], drift: [] });
  });

  const missing: readonly (readonly [string, JsonMap | Answer, string, string?])[] = [
    [
      '404',
      { status: 404, body: '' },
      `The key set of issuer "main" (${production.login}/jwks) answered 404 with no content.`,
    ],
    [
      'a page',
      { body: '<html>' },
      'The key set of issuer "main" is an HTML or XML page, not a JSON object.',
      'likely',
    ],
    ['no keys', { body: '{"keys":{}}' }, 'The key set of issuer "main" has no list of keys.'],
    ['an empty list', { body: '{"keys":[]}' }, 'The key set of issuer "main" is empty.'],
  ];
  for (const [what, answer, told, certainty = 'certain'] of missing) {
    it(`fails for ${what}`, async () => {
      const { found, drift } = await look(answer);
      expect({ found, drift }).to.deep.equal({
        found: [
          `${step}: error jwks-unavailable ${certainty}: ${told} No signature of a token can be verified.`,
        ],
        drift: [],
      });
    });
  }

  it('says of what brings no answer only why none came', async () => {
    const { steps, found } = await look({ answers: false });
    expect(steps.filter((line) => line.startsWith(step))).to.deep.equal([`${step}: errored`]);
    expect(found).to.deep.equal([
      `${step}: error connection-closed likely: The connection to login.example.test:443 ended before a complete answer head (UND_ERR_SOCKET).`,
    ]);
  });

  const says = 'The key set of issuer "main"';
  const faults: Readonly<Record<string, { set: () => Promise<JsonMap | Answer>; found: readonly string[] }>> =
    {
      'a kid twice': {
        set: async () => ({ keys: [other, await publicKey('ES256', 'p1')] }),
        found: [`warning jwks-kid-unique certain: ${says} has several keys with the kid "p1".`],
      },
      'keys without a kid': {
        set: async () => ({ keys: [other, { ...(await publicKey('ES256', '')), kid: 7 }] }),
        found: [
          `warning issuer.kids certain: ${says} has several keys, and number 2 without a kid: a token cannot name it.`,
        ],
      },
      'keys for encryption only': {
        set: async () => ({ keys: [{ ...other, use: 'enc' }] }),
        found: [`warning jwks-use certain: ${says} has no key for signatures.`],
      },
      'a short RSA key': {
        set: async () => ({ keys: [other, await weak()] }),
        found: [
          `warning jwks-rsa-size certain: ${says} has an RSA key of 1024 bits: "weak"; verifiers refuse less than 2048.`,
        ],
      },
      'keys of no form': {
        set: async () => ({
          keys: [other, null, 'x', { kty: 'EC', kid: 'half', crv: 'P-256', x: 'AA', use: 'enc' }],
        }),
        found: [
          `warning issuer.kids certain: ${says} has several keys, and number 2 and number 3 without a kid: a token cannot name it.`,
          `warning issuer.keys certain: ${says} has keys that cannot be read: number 2, number 3 and "half".`,
        ],
      },
      'no key of the algorithm that signs': {
        set: async () => ({ keys: [await publicKey('RS256', 'r1')] }),
        found: [
          'warning key-unknown likely: The metadata of issuer "main" says that ID tokens are signed with ES256, and its key set has no key for that.',
        ],
      },
      'a content type that is no JSON': {
        set: async () => ({
          body: JSON.stringify({ keys: [other] }),
          headers: { 'content-type': 'text/plain' },
        }),
        found: [
          `warning issuer.keys certain: ${says} is sent as text/plain; some clients read JSON types only.`,
        ],
      },
      'a certificate that has ended': {
        set: async () => ({ keys: [{ ...other, x5c: [await ended()] }] }),
        found: [
          `warning issuer.keys certain: The certificate of "p1" in the key set of issuer "main" has expired; verifiers that look at x5c refuse the key.`,
        ],
      },
      'thousands of keys': {
        set: async () => ({
          keys: Array.from({ length: 5000 }, (_, index) => ({ ...other, kid: `k${index}` })),
        }),
        found: [`warning issuer.keys certain: ${says} has 5000 keys; the first 100 were looked at.`],
      },
    };
  for (const [what, { set, found }] of Object.entries(faults)) {
    it(`tells ${what}, once`, async () => {
      const seen = await look(await set());
      expect(seen.found).to.deep.equal(found.map((line) => `${step}: ${line}`));
      expect(seen.drift).to.deep.equal([]);
    });
  }

  it('tells a private key and a shared secret without showing them', async () => {
    const k = Buffer.from('a shared secret of the server').toString('base64url');
    const { found, jobs, finished, redactor } = await look({ keys: [secret, { kty: 'oct', kid: 'mac', k }] });
    expect(found).to.deep.equal([
      `${step}: error jwks-private certain: ${says} publishes a shared secret: "shown" and "mac"; whoever reads it can sign tokens.`,
    ]);
    const exchanges = jobs.flatMap(({ steps }) => steps.flatMap((each) => each.exchanges));
    const bodies = exchanges.flatMap(({ hops }) =>
      hops.map(({ response }) => Buffer.from(response?.body.content ?? []).toString('utf8')),
    );
    const shown = redactor.redact([JSON.stringify(finished), ...bodies].join('\n'));
    expect(shown).to.include('[secret:private key]');
    expect(shown).to.not.include(k);
    expect(shown).to.not.include(String(secret['d']));
  });

  it('shows no private key of a set that cannot be read either', async () => {
    const body = `[${JSON.stringify(secret)}`;
    const { found, redactor } = await look({ body });
    expect(found).to.have.length(1);
    expect(redactor.redact(body)).to.not.include(String(secret['d']));
  });

  it('does not go where only the document leads', async () => {
    const jwks_uri = 'https://keys.example.org/jwks';
    const { finished, steps } = await look({ keys: [other] }, { jwks_uri });
    expect(finished.comparison?.left).to.deep.equal([
      {
        environment: 'production',
        what: 'keys of issuer main',
        why: 'the metadata names jwks_uri at https://keys.example.org, which the project file does not know',
        fix: 'State it under issuers.main.metadata.jwks_uri if it is right.',
        kinds: ['issuer.key*', 'issuer.kids'],
      },
    ]);
    expect(steps).to.not.include(`${step}: passed`);
  });

  it('leaves the key set of the other environment to the finding about the metadata', async () => {
    const { found, finished } = await look({ keys: [other] }, { jwks_uri: `${staging.login}/jwks` });
    expect(found.map((line) => line.split(': The')[0])).to.deep.equal([
      'production: metadata of issuer main: error environment-mixup likely',
    ]);
    expect(finished.comparison?.left).to.deep.equal([]);
    expect(origins.received.filter(({ url }) => url === '/jwks')).to.have.length(1);
  });

  async function weak(): Promise<JsonMap> {
    const { generateKeyPairSync } = await import('node:crypto');
    const { publicKey: key } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    return { ...key.export({ format: 'jwk' }), kid: 'weak' } as JsonMap;
  }

  async function ended(): Promise<string> {
    const keys = await globalThis.crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=keys',
      notBefore: new Date(Date.UTC(2020, 0, 1)),
      notAfter: new Date(Date.UTC(2021, 0, 1)),
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    });
    return Buffer.from(certificate.rawData).toString('base64');
  }
});
