import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Plan, plan } from '../../src/plan/plan.ts';
import { selfSigned } from '../support/certificates.ts';

describe('client certificates of a project', () => {
  let root = '';
  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'why401-'));
    const [own, other] = [await selfSigned(['client']), await selfSigned(['other'])];
    writeFileSync(join(root, 'client.pem'), own.cert);
    writeFileSync(join(root, 'client.key'), own.key);
    writeFileSync(join(root, 'other.pem'), other.cert);
    writeFileSync(join(root, 'other.key'), other.key);
    writeFileSync(join(root, 'cut.pem'), own.cert.slice(0, 300));
    writeFileSync(join(root, 'notes.txt'), 'to be done');
  });
  after(() => rmSync(root, { recursive: true }));

  const planned = (tls: JsonMap): Plan => {
    const context = {
      root,
      project: { environments: { staging: { origins: { api: 'https://api.example.test' }, tls } } },
      lookups: { env: () => undefined, secret: () => undefined },
      given: {},
      random: { uuid: () => 'u' },
      now: () => 0,
      offline: false,
    };
    const options = { environments: [], tags: [], grep: null, timeout: 30_000, retries: 0 };
    return plan(context, [{ file: 'a.yml', value: { steps: [{ GET: '/' }] } }], options);
  };

  const rows: readonly (readonly [string, JsonMap, readonly string[]])[] = [
    ['a certificate and its key', { cert: 'client.pem', key: 'client.key' }, []],
    [
      'a certificate without a key',
      { cert: 'client.pem' },
      ['CERTIFICATE_INCOMPLETE The client certificate of "staging" has no key.'],
    ],
    [
      'a key without a certificate',
      { key: 'client.key' },
      ['CERTIFICATE_INCOMPLETE The client certificate of "staging" has no cert.'],
    ],
    [
      'the key of another certificate',
      { cert: 'client.pem', key: 'other.key' },
      ['CERTIFICATE_KEY_MISMATCH The key does not belong to the client certificate.'],
    ],
    [
      'a certificate that is cut',
      { cert: 'cut.pem', key: 'client.key' },
      ['CERTIFICATE_UNREADABLE The client certificate is a PEM text that cannot be read.'],
    ],
    [
      'the two the wrong way round',
      { cert: 'client.key', key: 'client.pem' },
      [
        'CERTIFICATE_UNREADABLE The client certificate is a PEM text of the kind "PRIVATE KEY", not a certificate in PEM.',
      ],
    ],
    [
      'a key that is a certificate',
      { cert: 'client.pem', key: 'client.pem' },
      [
        'CERTIFICATE_KEY_UNREADABLE The key of the client certificate is a PEM text of the kind "CERTIFICATE", not a private key in PEM.',
      ],
    ],
    [
      'a file of another kind for one host',
      { hosts: { 'login.example.test': { cert: 'notes.txt', key: 'client.key' } } },
      ['CERTIFICATE_UNREADABLE The client certificate is no PEM text, not a certificate in PEM.'],
    ],
    [
      'a file that is not there',
      { cert: 'gone.pem', key: 'client.key' },
      ['FILE_UNREADABLE The file "gone.pem" cannot be read: there is no such file.'],
    ],
  ];
  for (const [name, tls, problems] of rows) {
    it(`are checked: ${name}`, () => {
      const made = planned(tls);
      expect(made.problems.map(({ code, message }) => `${code} ${message}`)).to.deep.equal(problems);
    });
  }

  it('are kept by host', () => {
    const [environment] = planned({
      cert: 'client.pem',
      key: 'client.key',
      hosts: { 'Login.Example.Test:8443': { cert: 'other.pem', key: 'other.key' } },
    }).environments;
    const { clientCertificates } = environment?.transport ?? {};
    expect([...(clientCertificates ?? [])].map(([host, { key }]) => [host, String(key)])).to.deep.equal([
      ['login.example.test:8443', '[secret:Login.Example.Test:8443 tls key]'],
    ]);
  });
});
