import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import type { Sent } from '../../src/doors.ts';
import { withoutClientCertificates } from '../../src/http/client-certificate.ts';
import type { TlsFacts, Transport } from '../../src/model.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import { createAuthority, daysFromNow, selfSigned } from '../support/certificates.ts';
import { startOpenssl } from '../support/openssl-server.ts';
import {
  type OriginOptions,
  type Origins,
  requestTo,
  startOrigins,
  systemClock,
} from '../support/origins.ts';

describe('TLS', () => {
  let origins: Origins;
  let sender: Sender;
  const name = 'api.example.test';
  const url = `https://${name}/`;

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  async function sendTo(options: OriginOptions, changes: Partial<Transport> = {}): Promise<Sent> {
    await origins.serve(url, (_request, response) => response.end('ok'), options);
    return sender.send(requestTo(url, origins.transportWith(changes)));
  }
  const iso = (date: Date): string => date.toISOString().replace('.000Z', 'Z');

  it('is described on every request, on a new, a reused and a second connection', async () => {
    await origins.serve(url, (_request, response) => response.end('ok'));
    const send = (): Promise<Sent> => sender.send(requestTo(url, origins.transport));
    const sents = [await send(), await send(), ...(await Promise.all([send(), send()]))];
    const facts: TlsFacts = {
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      subject: `CN=${name}`,
      issuer: 'CN=Test CA',
      names: [name],
      notBefore: daysFromNow(-1).getTime(),
      notAfter: daysFromNow(30).getTime(),
      verified: true,
    };
    expect(sents.map((sent) => sent.tls)).to.deep.equal([facts, facts, facts, facts]);
    expect(sents.map((sent) => sent.timings.connect === null)).to.deep.equal([false, true, true, false]);
  });

  it('asks for the name of the URL, and checks it, whatever connectTo and Host say', async () => {
    const names: (string | false | null)[] = [];
    await origins.serve(url, (_request, response, raw) => {
      names.push('servername' in raw.socket ? (raw.socket.servername as string) : null);
      response.end();
    });
    const sent = await sender.send(
      requestTo(url, origins.transport, { headers: [['Host', 'other.example.test']] }),
    );
    expect([sent.failure, names, origins.received[0]?.headers[0]]).to.deep.equal([
      null,
      [name],
      ['host', 'other.example.test'],
    ]);
  });

  it('fails as tls-expired with the dates', async () => {
    const [notBefore, notAfter] = [daysFromNow(-30), daysFromNow(-3)];
    const identity = await origins.authority.issue([name], { notBefore, notAfter });
    const { failure, tls } = await sendTo({ identity });
    expect(failure).to.deep.equal({
      phase: 'tls',
      code: 'CERT_HAS_EXPIRED',
      cause: 'tls-expired',
      message: `The certificate of ${name} has expired: valid from ${iso(notBefore)} to ${iso(notAfter)} (CERT_HAS_EXPIRED).`,
    });
    expect([tls?.verified, tls?.notAfter]).to.deep.equal([false, notAfter.getTime()]);
  });

  it('fails as tls-not-yet-valid with the dates', async () => {
    const [notBefore, notAfter] = [daysFromNow(3), daysFromNow(30)];
    const identity = await origins.authority.issue([name], { notBefore, notAfter });
    const { failure } = await sendTo({ identity });
    expect(failure).to.deep.equal({
      phase: 'tls',
      code: 'CERT_NOT_YET_VALID',
      cause: 'tls-not-yet-valid',
      message: `The certificate of ${name} is not valid yet: valid from ${iso(notBefore)} to ${iso(notAfter)} (CERT_NOT_YET_VALID).`,
    });
  });

  it('fails as tls-host-mismatch with the names', async () => {
    const identity = await origins.authority.issue(['www.example.test', '*.cdn.example.test']);
    const { failure } = await sendTo({ identity });
    expect(failure).to.deep.equal({
      phase: 'tls',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      cause: 'tls-host-mismatch',
      message: `The certificate is not for ${name} but for www.example.test, *.cdn.example.test (ERR_TLS_CERT_ALTNAME_INVALID).`,
    });
  });

  it('fails as tls-untrusted with the issuer', async () => {
    const stranger = await createAuthority('Stranger');
    const { failure } = await sendTo({ identity: await stranger.issue([name]) });
    expect(failure).to.deep.equal({
      phase: 'tls',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      cause: 'tls-untrusted',
      message: `The certificate of ${name} (CN=${name}; issued by CN=Stranger) does not lead to a trusted CA (UNABLE_TO_VERIFY_LEAF_SIGNATURE).`,
    });
    const own = await sendTo({ identity: await selfSigned([name]) });
    expect([own.failure?.code, own.failure?.cause]).to.deep.equal([
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'tls-untrusted',
    ]);
    expect(origins.received).to.deep.equal([]);
  });

  it('accepts any certificate when insecure, and says so', async () => {
    const sent = await sendTo({ identity: await selfSigned(['else.example.test']) }, { insecure: true });
    expect([sent.failure, sent.response?.status, sent.tls?.verified]).to.deep.equal([null, 200, false]);
  });

  it('fails as tls-to-plain-port on a plain port', async () => {
    await origins.serve('http://plain.example.test', (_request, response) => response.end());
    const { connectTo } = origins.transport;
    origins.map(url, connectTo.get('plain.example.test:80') ?? '');
    const { failure } = await sender.send(requestTo(url, origins.transport));
    expect(failure).to.deep.equal({
      phase: 'tls',
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
      cause: 'tls-to-plain-port',
      message: `${name}:443 does not answer in TLS: it looks like a plain http port (ERR_SSL_WRONG_VERSION_NUMBER).`,
    });
  });

  it('fails as plain-to-tls-port when plain http meets TLS', async () => {
    await origins.serve(url, (_request, response) => response.end());
    const { connectTo } = origins.transport;
    origins.map('http://plain.example.test', connectTo.get(`${name}:443`) ?? '');
    const { failure } = await sender.send(requestTo('http://plain.example.test/', origins.transport));
    expect([failure?.phase, failure?.cause]).to.deep.equal(['head', 'plain-to-tls-port']);
  });

  it('fails as tls-protocol without a common version', async () => {
    const { failure } = await sendTo({ tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } });
    expect([failure?.phase, failure?.cause]).to.deep.equal(['tls', 'tls-protocol']);
  });

  it('presents the client certificate', async () => {
    const identity = await origins.authority.issue(['client']);
    const subjects: unknown[] = [];
    await origins.serve(
      url,
      (_request, response, raw) => {
        subjects.push((raw.socket as TLSSocket).getPeerCertificate().subject.CN);
        response.end();
      },
      { tls: { requestCert: true, rejectUnauthorized: true, ca: origins.authority.ca } },
    );
    const clientCertificate = { cert: identity.cert, key: Secret.named('key', identity.key) };
    const sent = await sender.send(requestTo(url, origins.transportWith({ clientCertificate })));
    expect([sent.failure, subjects]).to.deep.equal([null, ['client']]);
  });

  it('presents the client certificate of the host, of its port before its name', async () => {
    const issue = async (name: string) => {
      const { cert, key } = await origins.authority.issue([name]);
      return { cert, key: Secret.named('key', key) };
    };
    const subjects: unknown[] = [];
    const names = ['https://one.example.test', 'https://two.example.test:8443', 'https://two.example.test'];
    for (const origin of [...names, 'https://three.example.test']) {
      await origins.serve(
        origin,
        (_request, response, raw) => {
          subjects.push((raw.socket as TLSSocket).getPeerCertificate().subject?.CN);
          response.end();
        },
        { tls: { requestCert: true, rejectUnauthorized: false, ca: origins.authority.ca } },
      );
    }
    const clientCertificates = new Map([
      ['one.example.test', await issue('one')],
      ['two.example.test', await issue('two')],
      ['two.example.test:8443', await issue('two-8443')],
    ]);
    const clientCertificate = await issue('default');
    const transport = origins.transportWith({ clientCertificate, clientCertificates });
    for (const origin of [...names, 'https://three.example.test', 'https://one.example.test'])
      await sender.send(requestTo(`${origin}/`, transport));
    expect(subjects).to.deep.equal(['one', 'two-8443', 'two', 'default', 'one']);
    const bare = withoutClientCertificates(transport);
    subjects.length = 0;
    for (const origin of names) await sender.send(requestTo(`${origin}/`, bare));
    expect(subjects).to.deep.equal([undefined, undefined, undefined]);
  });

  it('tells a missing client certificate from a refused one by the alert', async function () {
    const outcomes: unknown[] = [];
    const bad = await (await createAuthority('Stranger')).issue(['client']);
    for (const identity of [null, bad]) {
      const server = await startOpenssl(await origins.authority.issue([name]), origins.authority.ca);
      if (server === null) return this.skip();
      origins.map(url, server.address);
      const clientCertificate = identity && { cert: identity.cert, key: Secret.named('key', identity.key) };
      const { failure } = await sender.send(requestTo(url, origins.transportWith({ clientCertificate })));
      outcomes.push([failure?.phase, failure?.cause, failure?.code]);
      server.stop();
    }
    expect(outcomes).to.deep.equal([
      ['tls', 'client-cert-missing', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
      ['tls', 'client-cert-invalid', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ]);
  });

  it('fails before anything is sent when a certificate file is none', async () => {
    const { failure } = await sendTo({}, { clientCertificate: { cert: 'nothing', key: 'nothing' } });
    expect([failure?.phase, failure?.cause]).to.deep.equal(['request', 'unknown']);
    expect(origins.received).to.deep.equal([]);
  });

  it('speaks HTTP/2 when asked to, and records it as sent', async () => {
    await origins.serve(url, (_request, response) => response.end('two'), { http2: true });
    const transport = origins.transportWith({ http2: true });
    const request = requestTo(`${url}a?b`, transport, {
      method: 'PUT',
      headers: [
        ['Authorization', Secret.named('reader', 'abcdef'), ['credential reader']],
        ['X-Twice', '1', ['step']],
        ['Cookie', 'a=b', ['step', 'jar']],
        ['X-Twice', '2', ['environment']],
      ],
      body: Buffer.from('body'),
    });
    const sent = await sender.send(request);
    const again = await sender.send(request);
    expect([
      sent.failure,
      sent.response?.status,
      sent.response?.httpVersion,
      sent.request.httpVersion,
    ]).to.deep.equal([null, 200, '2', '2']);
    expect(sent.response?.body.content).to.deep.equal(Buffer.from('two'));
    expect(again.timings.connect).to.equal(null);
    const received = origins.received.map(({ headers }) => headers);
    const shown = sent.request.headers.map(([field, value]) => [
      field,
      value.replace('[secret:reader]', 'abcdef'),
    ]);
    expect(received).to.deep.equal([shown, shown]);
    expect(
      sent.request.headers.map(([field], index) => [field, sent.request.sources?.[index]]),
    ).to.deep.equal([
      [':authority', ['transport']],
      [':method', ['transport']],
      [':path', ['transport']],
      [':scheme', ['transport']],
      ['authorization', ['credential reader']],
      ['x-twice', ['step', 'environment']],
      ['cookie', ['step', 'jar']],
      ['content-length', ['transport']],
    ]);
  });
});
