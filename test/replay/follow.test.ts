import { expect } from 'chai';
import fc from 'fast-check';
import type { Send, SendRequest, Sent } from '../../src/doors.ts';
import type { RawField, RedirectStop } from '../../src/model.ts';
import { type Followed, type FollowRequest, follow } from '../../src/replay/follow.ts';
import { createJar } from '../../src/replay/jar.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

describe('follow', () => {
  let origins: Origins;
  let sender: Sender;
  const a = 'http://a.example.test';
  const b = 'http://b.example.test';
  const bearer = Secret.named('reader', 'token-value');

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  /** Serves redirects: path to `status location`, everything else 200. */
  async function serve(
    origin: string,
    redirects: Record<string, string>,
    cookies: string[] = [],
  ): Promise<void> {
    await origins.serve(origin, (request, response) => {
      const [status, ...location] = (redirects[request.url] ?? '200').split(' ');
      const headers: [string, string][] = location.map((value) => ['Location', value]);
      response.writeHead(
        Number(status),
        [...headers, ...cookies.map((value) => ['Set-Cookie', value])].flat(),
      );
      response.end();
    });
  }

  function go(url: string, changes: Partial<FollowRequest> = {}): Promise<Followed> {
    const { transport, timeouts, bodyLimit, method, headers, body, signal } = requestTo(
      url,
      origins.transport,
    );
    return follow(
      {
        method,
        url: new URL(url),
        headers,
        body,
        transport,
        timeouts,
        bodyLimit,
        signal,
        sensitive: new Set(),
        redirect: { follow: true, max: 10 },
        bound: (origin) => origin.endsWith('.example.test'),
        jar: null,
        ...changes,
      },
      sender,
    );
  }
  /** What arrived, in the test's words: origin, method, target, then the fields that matter. */
  function arrived(...fields: string[]): string[] {
    return origins.received.map(({ origin, method, url, headers }) => {
      const kept = headers.filter(([name]) => fields.includes(name.toLowerCase()));
      return [`${method} ${origin}${url}`, ...kept.map(([name, value]) => `${name}: ${value}`)].join(' | ');
    });
  }

  it('keeps everything on the same origin', async () => {
    await serve(a, { '/1': '302 /2' });
    const { hops, stopped } = await go(`${a}/1`, { headers: [['Authorization', bearer]] });
    expect(stopped).to.equal(null);
    expect(arrived('authorization')).to.deep.equal([
      `GET ${a}/1 | Authorization: token-value`,
      `GET ${a}/2 | Authorization: token-value`,
    ]);
    expect(hops.map((hop) => [hop.index, hop.request.url, hop.response?.status, hop.dropped])).to.deep.equal([
      [1, `${a}/1`, 302, []],
      [2, `${a}/2`, 200, []],
    ]);
  });

  it('drops credentials when the origin changes, and never takes them up again', async () => {
    await serve(a, { '/1': `302 ${b}/2`, '/3': '302 /4' });
    await serve(b, { '/2': `307 ${a}/3` });
    const { hops } = await go(`${a}/1`, {
      headers: [
        ['Accept', '*/*'],
        ['Authorization', bearer],
        ['Cookie', 'own=1'],
        ['X-Api-Key', 'declared'],
        ['X-Signed', Secret.named('hmac', 'signature')],
        ['X-Plain', 'stays'],
      ],
      sensitive: new Set(['x-api-key']),
    });
    const secret = ['authorization', 'cookie', 'x-api-key', 'x-signed'];
    expect(arrived('accept', 'x-plain', ...secret)).to.deep.equal([
      `GET ${a}/1 | Accept: */* | Authorization: token-value | Cookie: own=1 | X-Api-Key: declared | X-Signed: signature | X-Plain: stays`,
      `GET ${b}/2 | Accept: */* | X-Plain: stays`,
      `GET ${a}/3 | Accept: */* | X-Plain: stays`,
      `GET ${a}/4 | Accept: */* | X-Plain: stays`,
    ]);
    const by = (rule: string): unknown => secret.map((header) => ({ header, rule }));
    expect(hops.map(({ dropped }) => dropped)).to.deep.equal([
      [],
      by('origin-changed'),
      by('dropped-earlier'),
      by('dropped-earlier'),
    ]);
  });

  it('drops credentials when only the scheme or only the port changes', async () => {
    const secure = 'https://a.example.test';
    const other = 'http://a.example.test:8080';
    await serve(a, { '/tls': `301 ${secure}/2`, '/port': `301 ${other}/2` });
    await serve(secure, {});
    await serve(other, {});
    for (const path of ['/tls', '/port']) {
      const { hops } = await go(`${a}${path}`, { headers: [['Authorization', 'x']] });
      expect(hops[1]?.dropped).to.deep.equal([{ header: 'authorization', rule: 'origin-changed' }]);
    }
    expect(arrived('authorization').filter((line) => line.includes('/2'))).to.deep.equal([
      `GET ${secure}/2`,
      `GET ${other}/2`,
    ]);
  });

  it('withholds credentials from an origin that is not bound', async () => {
    await serve(a, { '/1': '302 /2' });
    const { hops } = await go(`${a}/1`, {
      headers: [
        ['Authorization', bearer],
        ['X-Plain', '1'],
      ],
      bound: () => false,
    });
    expect(arrived('authorization', 'x-plain')).to.deep.equal([
      `GET ${a}/1 | X-Plain: 1`,
      `GET ${a}/2 | X-Plain: 1`,
    ]);
    expect(hops.map(({ dropped }) => dropped)).to.deep.equal([
      [{ header: 'authorization', rule: 'origin-unbound' }],
      [{ header: 'authorization', rule: 'dropped-earlier' }],
    ]);
  });

  it('turns POST into GET by 302 and keeps it by 307', async () => {
    await serve(a, { '/302': '302 /end', '/307': '307 /end' });
    const post: Partial<FollowRequest> = {
      method: 'POST',
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-Plain', '1'],
      ],
      body: Buffer.from('body'),
    };
    const changed = await go(`${a}/302`, post);
    const kept = await go(`${a}/307`, post);
    expect(origins.received.map(({ method, url, body }) => [method, url, body])).to.deep.equal([
      ['POST', '/302', 'body'],
      ['GET', '/end', ''],
      ['POST', '/307', 'body'],
      ['POST', '/end', 'body'],
    ]);
    expect([changed.hops[1]?.dropped, kept.hops[1]?.dropped]).to.deep.equal([
      [{ header: 'content-type', rule: 'method-changed' }],
      [],
    ]);
    expect([changed.hops[1]?.request.body, kept.hops[1]?.request.body?.excerpt]).to.deep.equal([
      null,
      'body',
    ]);
  });

  const stops: readonly [status: string, reason: RedirectStop['reason'], location: string | null][] = [
    ['302', 'no-location', null],
    ['302 ', 'no-location', ''],
    ['302 data:,x', 'scheme', 'data:,x'],
    ['302 javascript:alert(1)', 'scheme', 'javascript:alert(1)'],
    ['302 file:///etc/passwd', 'scheme', 'file:///etc/passwd'],
    ['302 http://a.example.test:99999/', 'invalid-location', 'http://a.example.test:99999/'],
    ['302 http://2852039166/', 'metadata-address', 'http://2852039166/'],
    ['302 http://0251.0376.0251.0376/', 'metadata-address', 'http://0251.0376.0251.0376/'],
    ['302 http://[::ffff:169.254.169.254]/', 'metadata-address', 'http://[::ffff:169.254.169.254]/'],
    ['302 //metadata.google.internal./', 'metadata-address', '//metadata.google.internal./'],
    ['302 #part', 'loop', `${a}/1#part`],
    ['302 http://[', 'invalid-location', 'http://['],
    ['302 ftp://a.example.test/', 'scheme', 'ftp://a.example.test/'],
    ['302 http://user:pass@a.example.test/', 'userinfo', 'http://a.example.test/'],
    ['302 /2 /3', 'invalid-location', '/2, /3'],
    ['302 http://169.254.169.254/latest', 'metadata-address', 'http://169.254.169.254/latest'],
    ['302 http://0xa9fea9fe/', 'metadata-address', 'http://0xa9fea9fe/'],
    ['302 /1', 'loop', `${a}/1`],
  ];
  for (const [answer, reason, location] of stops) {
    it(`stops at "${answer}" and keeps the hop`, async () => {
      await serve(a, { '/1': answer });
      const { hops, stopped } = await go(`${a}/1`);
      expect(stopped).to.deep.equal({ reason, location });
      expect(hops.map((hop) => hop.response?.status)).to.deep.equal([302]);
      expect(origins.received.length).to.equal(1);
    });
  }

  it('takes equal Location fields for one', async () => {
    await serve(a, { '/1': '302 /2 /2' });
    expect((await go(`${a}/1`)).hops).to.have.length(2);
  });

  it('stops where it was told not to follow, and at the limit', async () => {
    await serve(a, { '/1': '302 /2', '/2': '302 /3' });
    const still = await go(`${a}/1`, { redirect: { follow: false, max: 10 } });
    const limited = await go(`${a}/1`, { redirect: { follow: true, max: 1 } });
    expect([still.stopped, still.hops.length]).to.deep.equal([{ reason: 'not-followed', location: '/2' }, 1]);
    expect([limited.stopped, limited.hops.length]).to.deep.equal([{ reason: 'limit', location: '/3' }, 2]);
  });

  it('takes a body nowhere that is not bound', async () => {
    await serve(a, { '/1': '307 http://c.elsewhere.test/' });
    const { stopped, hops } = await go(`${a}/1`, { method: 'POST', body: Buffer.from('client_secret=x') });
    expect([stopped, hops.length]).to.deep.equal([
      { reason: 'body-withheld', location: 'http://c.elsewhere.test/' },
      1,
    ]);
  });

  it('does not follow other answers of class 3', async () => {
    const other = ['300', '304', '305', '306', '309', '310', '399'];
    await serve(
      a,
      Object.fromEntries(
        other.flatMap((code) => [
          [`/${code}`, `${code} /x`],
          [`/${code}/bare`, code],
        ]),
      ),
    );
    for (const code of other) {
      const { hops, stopped } = await go(`${a}/${code}`);
      const bare = await go(`${a}/${code}/bare`);
      const told = code === '304' ? null : { reason: 'status', location: '/x' };
      expect([hops.length, hops[0]?.failure, stopped]).to.deep.equal([1, null, told]);
      expect([bare.hops.length, bare.stopped]).to.deep.equal([1, null]);
    }
  });

  it('follows a redirect to itself that sets a cookie, and finds the loop of one that does not', async () => {
    await serve(a, { '/1': '302 /1' }, ['seen=yes']);
    const { hops, stopped } = await go(`${a}/1`, { jar: createJar(() => 0) });
    expect(hops.map(({ cookies }) => cookies)).to.deep.equal([
      { sent: [], set: ['seen'], remarks: [], refused: [], withheld: [] },
      { sent: ['seen'], set: ['seen'], remarks: [], refused: [], withheld: [] },
    ]);
    expect(stopped).to.deep.equal({ reason: 'loop', location: `${a}/1` });
    expect(arrived('cookie')).to.deep.equal([`GET ${a}/1`, `GET ${a}/1 | Cookie: seen=yes`]);
  });

  it('joins the cookies of the jar to a Cookie field set by hand, whose names win', async () => {
    await serve(a, {});
    const jar = createJar(() => 0);
    await jar.store(new URL(a), ['one=jar', 'two=jar']);
    const { hops } = await go(`${a}/`, {
      jar,
      headers: [
        ['cookie', Secret.join(['one=', Secret.named('one', 'hand')])],
        ['X-Last', '1'],
      ],
    });
    expect(arrived('cookie', 'x-last')).to.deep.equal([`GET ${a}/ | cookie: one=hand; two=jar | X-Last: 1`]);
    expect([hops[0]?.request.headers[2], hops[0]?.cookies.sent]).to.deep.equal([
      ['cookie', 'one=[secret:one]; two=[secret:cookie two]'],
      ['two'],
    ]);
  });

  it('keeps the cookies of the jar to their hosts', async () => {
    await serve(a, { '/1': `302 ${b}/2` }, ['a=1']);
    await serve(b, { '/2': `302 ${a}/3` }, ['b=1']);
    await go(`${a}/1`, { jar: createJar(() => 0) });
    expect(arrived('cookie')).to.deep.equal([`GET ${a}/1`, `GET ${b}/2`, `GET ${a}/3 | Cookie: a=1`]);
  });

  it('sends no Referer, and inherits the fragment', async () => {
    await serve(a, { '/1': '302 /2' });
    const { hops } = await go(`${a}/1#part`);
    expect([arrived('referer'), hops.map((hop) => hop.request.url)]).to.deep.equal([
      [`GET ${a}/1`, `GET ${a}/2`],
      [`${a}/1#part`, `${a}/2#part`],
    ]);
  });

  it('ends with the failure of the hop that has no answer', async () => {
    await serve(a, { '/1': `302 ${b}/` });
    origins.map(b, '127.0.0.1:1');
    const { hops, stopped } = await go(`${a}/1`);
    expect([hops.map((hop) => hop.failure?.cause), stopped]).to.deep.equal([
      [undefined, 'connection-refused'],
      null,
    ]);
  });

  it('sends a credential to no origin but the first, whatever the chain', async () => {
    const target = fc.constantFrom(
      'http://a.test',
      'https://a.test',
      'http://a.test:81',
      'http://b.a.test',
      'http://b.test',
    );
    const hop = fc.record({ status: fc.constantFrom(301, 302, 303, 307, 308), target });
    await fc.assert(
      fc.asyncProperty(
        fc.array(hop, { maxLength: 8 }),
        fc.constantFrom('GET', 'POST'),
        async (chain, method) => {
          const sends: SendRequest[] = [];
          const send: Send = async (request) => {
            sends.push(request);
            const next = chain[sends.length - 1];
            const location = `${next?.target}/${sends.length}`;
            return answer(request, next ? next.status : 200, next ? [['Location', location]] : []);
          };
          const { hops } = await follow(
            { ...plain(), method, headers: [['Authorization', bearer]] },
            { send },
          );
          let left = false;
          for (const [index, { url, headers }] of sends.entries()) {
            left ||= url.origin !== 'http://a.test';
            const rule = index === 0 || !left ? [] : [{ header: 'authorization' }];
            expect(headers.length).to.equal(left ? 0 : 1);
            expect(hops[index]?.dropped.map(({ header }) => ({ header }))).to.deep.equal(rule);
          }
          expect(hops.length).to.equal(sends.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  function plain(): FollowRequest {
    const { transport, timeouts, bodyLimit, method, headers, body, signal } = requestTo(
      'http://a.test/',
      origins.transport,
    );
    return {
      method,
      url: new URL('http://a.test/'),
      headers,
      body,
      transport,
      timeouts,
      bodyLimit,
      signal,
      sensitive: new Set(),
      redirect: { follow: true, max: 20 },
      bound: () => true,
      jar: null,
    };
  }
});

function answer(request: SendRequest, status: number, headers: readonly RawField[]): Sent {
  const body = { content: new Uint8Array(), bytes: 0, sha256: '', truncated: false, decodeError: null };
  return {
    request: { method: request.method, url: request.url.href, headers: [], body: null, httpVersion: '1.1' },
    response: { status, statusText: '', httpVersion: '1.1', headers, body },
    failure: null,
    tls: null,
    remote: null,
    timings: { connect: null, head: 0, total: 0 },
    clock: { sent: 0, received: 0 },
  };
}
