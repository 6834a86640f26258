/** What is signed along a chain of redirects, by a signer of RFC 9421. */
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { type Followed, type FollowRequest, follow } from '../../src/replay/follow.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor } from '../../src/secret.ts';
import { signing } from '../credential/signing-support.ts';
import { type Origins, type Received, requestTo, startOrigins, systemClock } from '../support/origins.ts';

const a = 'http://a.example.test';
const b = 'http://b.example.test';
const foreign = 'http://foreign.example.test';

describe('signers along redirects', () => {
  let origins: Origins;
  let sender: Sender;
  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  async function serve(origin: string, redirects: Record<string, string>): Promise<void> {
    await origins.serve(origin, (request, response) => {
      const [status = '200', ...location] = (redirects[request.url] ?? '200').split(' ');
      response.writeHead(
        Number(status),
        location.flatMap((value) => ['Location', value]),
      );
      response.end();
    });
  }

  async function go(url: string, parts: Partial<FollowRequest> = {}): Promise<Followed> {
    const signer = await signing().signer({
      name: 'partner',
      type: 'http_signature',
      source: { file: '', line: 1, column: 1 },
      sources: {},
      key_id: 'k',
      key: 'shared-secret-0123',
      alg: '',
      components: [],
      label: 'sig1',
      tag: null,
      lifetime: null,
      nonce: false,
      digest: 'sha-256',
    });
    const { transport, timeouts, bodyLimit, method, headers, signal } = requestTo(url, origins.transport);
    return follow(
      {
        method,
        url: new URL(url),
        headers,
        body: null,
        transport,
        timeouts,
        bodyLimit,
        signal,
        sensitive: new Set(),
        redirect: { follow: true, max: 10 },
        bound: (origin) => origin === a || origin === b,
        jar: null,
        signers: [signer],
        ...parts,
      },
      { send: sender.send },
    );
  }

  /** `URL` of each request, with what its signature covers where it is right. */
  function signed({ origin, method, url, headers }: Received): string {
    const field = (name: string): string | undefined =>
      headers.find(([each]) => each.toLowerCase() === name)?.[1];
    const input = field('signature-input')?.slice('sig1='.length);
    const none = ['signature', 'signature-input', 'content-digest'].every(
      (name) => field(name) === undefined,
    );
    if (input === undefined) return `${origin}${url} ${none ? 'unsigned' : 'in part'}`;
    const digest = field('content-digest');
    const lines = [
      `"@method": ${method}`,
      `"@target-uri": ${origin}${url}`,
      ...(digest === undefined ? [] : [`"content-digest": ${digest}`]),
      `"@signature-params": ${input}`,
    ];
    const mac = createHmac('sha256', 'shared-secret-0123').update(lines.join('\n')).digest('base64');
    return `${origin}${url} ${field('signature') === `sig1=:${mac}:` ? (/\(.*\)/.exec(input)?.[0] ?? '') : 'wrong'}`;
  }
  const dropped = ({ hops }: Followed): unknown[] =>
    hops.map((hop) => hop.dropped.map(({ header, rule }) => `${header} ${rule}`));
  const lost = (rule: string): string[] =>
    ['signature', 'signature-input', 'content-digest'].map((name) => `${name} ${rule}`);
  const covered = '("@method" "@target-uri")';

  it('sign each hop within the origin anew', async () => {
    await serve(a, { '/1': '302 /2?x=1', '/2?x=1': '307 /3' });
    const followed = await go(`${a}/1`);
    expect(origins.received.map(signed)).to.deep.equal([
      `${a}/1 ${covered}`,
      `${a}/2?x=1 ${covered}`,
      `${a}/3 ${covered}`,
    ]);
    expect(dropped(followed)).to.deep.equal([[], [], []]);
  });

  it('sign what a 303 makes of a POST', async () => {
    await serve(a, { '/1': '303 /2' });
    await go(`${a}/1`, { method: 'POST', body: Buffer.from('{}') });
    expect(origins.received.map((each) => `${each.method} ${signed(each)}`)).to.deep.equal([
      `POST ${a}/1 ("@method" "@target-uri" "content-digest")`,
      `GET ${a}/2 ${covered}`,
    ]);
  });

  for (const [what, target] of [
    ['another bound origin', b],
    ['a foreign origin', foreign],
  ] as const) {
    it(`sign nothing at ${what}, nor on the way back, and that is said`, async () => {
      await serve(a, { '/1': `302 ${target}/2` });
      await serve(target, { '/2': `302 ${a}/3` });
      const followed = await go(`${a}/1`);
      expect(origins.received.map(signed)).to.deep.equal([
        `${a}/1 ${covered}`,
        `${target}/2 unsigned`,
        `${a}/3 unsigned`,
      ]);
      expect(dropped(followed)).to.deep.equal([[], lost('origin-changed'), lost('dropped-earlier')]);
    });
  }

  it('sign nothing where the first origin is not bound', async () => {
    await serve(foreign, {});
    const followed = await go(`${foreign}/1`);
    expect(origins.received.map(signed)).to.deep.equal([`${foreign}/1 unsigned`]);
    expect(dropped(followed)).to.deep.equal([lost('origin-unbound')]);
  });
});
