import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { expect } from 'chai';
import type { Field, HttpSignatureCredential } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { base, requestOf, shown, signing, vectors, wire } from '../signing-support.ts';

const secret = 'shared-secret-0123';
const messageOf = (parts: Partial<HttpSignatureCredential> = {}): HttpSignatureCredential => ({
  ...base,
  name: 'partner',
  type: 'http_signature',
  key_id: 'key-1',
  key: Secret.named('PARTNER_KEY', secret),
  alg: '',
  components: [],
  label: 'sig1',
  tag: null,
  lifetime: null,
  nonce: false,
  digest: 'sha-256',
  ...parts,
});
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const mac = (text: string): string => createHmac('sha256', secret).update(text, 'latin1').digest('base64');

interface Message {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly Field[];
  readonly body: string | null;
}

/** `POST /path HTTP/1.1`, fields, a blank line, a body. */
function parseMessage(text: string): Message {
  const [head = '', body] = text.split('\n\n');
  const [first = '', ...lines] = head.replace(/\n +/g, ' ').split('\n');
  const [method = '', target = ''] = first.split(' ');
  const fields = lines.map((line): Field => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const host = fields.find(([name]) => name === 'Host')?.[1] ?? 'www.example.com';
  const headers = fields.filter(([name]) => !['Host', 'Signature', 'Signature-Input'].includes(name));
  return { method, url: `https://${host}${target}`, headers, body: body ?? null };
}

interface Section {
  readonly section: string;
  readonly blocks: readonly { readonly type: string; readonly text: string }[];
}

/** The request, or fields of one, that an example shows; nothing for answers and for what was derived. */
function messageOfSection(text: string): Message[] {
  if (/^(?:GET|POST) \//.test(text)) return [parseMessage(text)];
  return /^[A-Z][\w-]+:/.test(text) ? [parseMessage(`GET / HTTP/1.1\n${text.replace('(SP)', ' ')}`)] : [];
}

describe('http_signature', () => {
  describe('the test cases of RFC 9421 appendix B.2', () => {
    const sections = (test: Mocha.Context): readonly Section[] =>
      vectors<{ sections: readonly Section[] }>(test, 'http-message-signatures-rfc9421.json').sections;
    const blockOf = (list: readonly Section[], section: string, begins: RegExp): string =>
      list
        .find((each) => each.section.endsWith(section))
        ?.blocks.map(({ text }) => text)
        .find((text) => begins.test(text.trim())) ?? '';

    const cases: readonly [section: string, key: string, alg: string, begins: RegExp][] = [
      ['Selective Covered Components using rsa-pss-sha512', 'Example RSA PSS Key', '', /^-----BEGIN/],
      ['Full Coverage using rsa-pss-sha512', 'Example RSA PSS Key', '', /^-----BEGIN/],
      ['Signing a Request using hmac-sha256', 'Example Shared Secret', '', /^/],
      ['Signing a Request using ed25519', 'Example Ed25519 Test Key', '', /^-----BEGIN/],
      ['Signing a Request using ed25519', 'Example Ed25519 Test Key', '', /^\{/],
    ];
    for (const [section, keySection, alg, begins] of cases) {
      it(`${section}, key ${begins.source === '^\\{' ? 'as JWK' : 'as written'}`, async function () {
        const list = sections(this);
        const message = parseMessage(blockOf(list, 'Examples > Test Cases', /^POST/));
        const signatureBase = blockOf(list, section, /"@signature-params"/)
          .replace(/^ /gm, '')
          .trim();
        const published = blockOf(list, section, /^Signature-Input/).trim();
        const input = /Signature-Input: ([\w-]+)=(.*)/.exec(published);
        const components = [
          ...(/\(([^)]*)\)/.exec(input?.[2] ?? '')?.[1]?.matchAll(/"([^"]+)"(;name="[^"]*")?/g) ?? []),
        ];
        const text = blockOf(list, keySection, begins);
        const key =
          keySection === 'Example Shared Secret'
            ? JSON.stringify({ kty: 'oct', k: Buffer.from(text.trim(), 'base64').toString('base64url') })
            : text;
        const parameter = (name: string): string | null =>
          new RegExp(`${name}="([^"]*)"`).exec(input?.[2] ?? '')?.[1] ?? null;
        const signer = await signing(1_618_884_473_999).signer(
          messageOf({
            key,
            alg,
            key_id: parameter('keyid') ?? '',
            tag: parameter('tag'),
            label: input?.[1] ?? '',
            components: components.map(([, name, more = '']) => `${name}${more}`),
          }),
        );
        const sent = wire(await signer.sign(requestOf(message.url, message)));
        expect(sent['Signature-Input']).to.equal(`${input?.[1]}=${input?.[2]}`);
        const signature = /:(.*):/.exec(sent['Signature'] ?? '')?.[1] ?? '';
        if (section.includes('rsa-pss')) {
          const publicKey = createPublicKey(text.slice(0, text.indexOf('-----BEGIN PRIVATE')));
          const options = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
          const bytes = Buffer.from(signatureBase, 'latin1');
          expect(verify('sha512', bytes, options, Buffer.from(signature, 'base64'))).to.equal(true);
        } else expect(published).to.match(new RegExp(`:${signature.replace(/[+/]/g, '\\$&')}:$`));
      });
    }
  });

  it('derives the components that RFC 9421 section 2 shows', async function () {
    const { sections } = vectors<{
      sections: readonly { readonly section: string; readonly type: string; readonly text: string }[];
    }>(this, 'http-message-signatures-components.json');
    // `"name";parameters: value`
    const pattern = /^"([^"]+)"((?:;[a-z]+(?:="(?:[^"\\]|\\.)*")?)*): ?(.*)$/;
    const seen: string[] = [];
    for (const name of new Set(sections.map(({ section }) => section))) {
      const texts = sections.filter(({ section }) => section === name).map(({ text }) => text);
      const messages = texts.flatMap(messageOfSection).map((each) => {
        // The example of @scheme alone is one of plain http.
        return { ...each, url: name === 'Scheme' ? each.url.replace('https:', 'http:') : each.url };
      });
      for (const text of texts) {
        const lines = text.replaceAll('(SP)', ' ').split('\n');
        const components = lines.map((line) => pattern.exec(line)?.slice(1, 3).join('') ?? '');
        if (components.includes('') || /;(?:req|tr)|@status|@signature|fa.ade"/.test(text)) continue;
        const signer = await signing().signer(messageOf({ components }));
        const signatures: string[] = [];
        let wanted = '';
        for (const message of messages) {
          const url = text === '"@query": ?' ? message.url.replace(/\?.*/, '') : message.url;
          const sent = wire(await signer.sign(requestOf(url, message)));
          const input = sent['Signature-Input']?.slice('sig1='.length);
          signatures.push(sent['Signature'] ?? '');
          const whole = `(${lines.map((line) => `"${pattern.exec(line)?.[1]}"${pattern.exec(line)?.[2]}`).join(' ')})`;
          if (!input?.startsWith(whole)) continue;
          wanted = `sig1=:${mac([...lines, `"@signature-params": ${input}`].join('\n'))}:`;
        }
        // Targets that are no path are not sent.
        if (name === 'Request Target' && !text.endsWith(' /path?param=value')) continue;
        expect(signatures, text).to.include(wanted);
        seen.push(name);
      }
    }
    expect([...new Set(seen)]).to.include.members([
      'HTTP Fields',
      'Strict Serialization of HTTP Structured Fields',
      'Method',
      'Target URI',
      'Authority',
      'Scheme',
      'Request Target',
      'Path',
      'Query',
      'Query Parameters',
    ]);
    expect(seen.length).to.equal(20);
  });

  it('signs method and target by default, with a body Content-Digest too, and shows no signature', async () => {
    const signer = await signing().signer(messageOf());
    const request = requestOf('https://api.example.test/a?b=c#d', { method: 'POST', body: '{"a":1}' });
    const digest = `sha-256=:${createHash('sha256').update('{"a":1}').digest('base64')}:`;
    const input = '("@method" "@target-uri" "content-digest");created=1618884473;keyid="key-1"';
    const signatureBase = `"@method": POST\n"@target-uri": https://api.example.test/a?b=c\n"content-digest": ${digest}\n"@signature-params": ${input}`;
    const fields = await signer.sign(request);
    expect(wire(fields)).to.deep.equal({
      'Content-Digest': digest,
      'Signature-Input': `sig1=${input}`,
      Signature: `sig1=:${mac(signatureBase)}:`,
    });
    expect(shown(fields)['Signature']).to.equal('sig1=:[secret:partner signature]:');
    const bare = wire(await signer.sign(requestOf('https://api.example.test/')));
    expect(bare['Signature-Input']).to.equal(
      'sig1=("@method" "@target-uri");created=1618884473;keyid="key-1"',
    );
    expect(signer.fields).to.deep.equal(['signature', 'signature-input', 'content-digest']);
  });

  it('writes every parameter, alg where it is written', async () => {
    const credential = messageOf({
      components: ['@authority'],
      alg: 'hmac-sha256',
      key_id: 'a "b" \\c',
      label: 'mine',
      tag: 'app',
      lifetime: 90_000,
      nonce: true,
    });
    const sent = wire(
      await (await signing().signer(credential)).sign(requestOf('https://API.example.test:443/')),
    );
    const input =
      '("@authority");created=1618884473;expires=1618884563;keyid="a \\"b\\" \\\\c";alg="hmac-sha256";nonce="random-token";tag="app"';
    expect(sent).to.deep.equal({
      'Signature-Input': `mine=${input}`,
      Signature: `mine=:${mac(`"@authority": api.example.test\n"@signature-params": ${input}`)}:`,
    });
  });

  it('encodes query parameters as forms are encoded', async () => {
    const components = ['@query-param;name="a!b"', '@query-param;name="twice"'];
    const signer = await signing().signer(messageOf({ components }));
    const sent = wire(await signer.sign(requestOf("https://api.example.test/?a!b=it's+(~)&twice=1&twice=2")));
    const input = sent['Signature-Input']?.slice('sig1='.length);
    const signatureBase = `"@query-param";name="a!b": it%27s%20%28%7E%29\n"@query-param";name="twice": 1\n"@query-param";name="twice": 2\n"@signature-params": ${input}`;
    expect(sent['Signature']).to.equal(`sig1=:${mac(signatureBase)}:`);
  });

  it('keeps a Content-Digest that is written, and computes sha-512 where it is asked for', async () => {
    const signer = await signing().signer(messageOf({ components: ['content-digest'], digest: 'sha-512' }));
    const written = wire(
      await signer.sign(
        requestOf('https://api.example.test/', {
          headers: [['content-digest', 'sha-256=:AAAA:']],
          body: 'x',
        }),
      ),
    );
    expect(Object.keys(written)).to.deep.equal(['Signature-Input', 'Signature']);
    const computed = wire(await signer.sign(requestOf('https://api.example.test/', { body: 'x' })));
    expect(computed['Content-Digest']).to.equal(
      `sha-512=:${createHash('sha512').update('x').digest('base64')}:`,
    );
  });

  it('tells of a component that the request does not have, and leaves it out on the way', async () => {
    const components = ['@method', 'Date', '@query-param;name="a"', 'cookie', 'content-length'];
    const signer = await signing().signer(messageOf({ components }));
    const without = requestOf('https://api.example.test/?a=1', { method: 'POST' });
    expect(signer.fault?.(without)).to.equal(
      'The credential "partner" signs date, which the request does not have.',
    );
    expect(signer.fault?.(requestOf('https://api.example.test/', { headers: [['date', 'now']] }))).to.equal(
      'The credential "partner" signs @query-param;name="a", which the request does not have.',
    );
    expect(wire(await signer.sign(without))['Signature-Input']).to.equal(
      'sig1=("@method" "@query-param";name="a" "content-length");created=1618884473;keyid="key-1"',
    );
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const ed25519 = generateKeyPairSync('ed25519');
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
  const point = { dsaEncoding: 'ieee-p1363' } as const;
  const algorithms: readonly [
    alg: string,
    key: KeyObject,
    publicKey: KeyObject,
    hash: string | null,
    options: object,
  ][] = [
    ['rsa-pss-sha512', rsa.privateKey, rsa.publicKey, 'sha512', pss],
    ['', rsa.privateKey, rsa.publicKey, 'sha512', pss],
    ['rsa-v1_5-sha256', rsa.privateKey, rsa.publicKey, 'sha256', {}],
    ['ecdsa-p256-sha256', p256.privateKey, p256.publicKey, 'sha256', point],
    ['', p256.privateKey, p256.publicKey, 'sha256', point],
    ['ecdsa-p384-sha384', p384.privateKey, p384.publicKey, 'sha384', point],
    ['', p384.privateKey, p384.publicKey, 'sha384', point],
    ['ed25519', ed25519.privateKey, ed25519.publicKey, null, {}],
    ['', ed25519.privateKey, ed25519.publicKey, null, {}],
  ];
  for (const [alg, key, publicKey, hash, options] of algorithms) {
    it(`signs by ${alg === '' ? `what fits ${key.asymmetricKeyType} and ${hash}` : alg}`, async () => {
      const signer = await signing().signer(messageOf({ key: pem(key), alg, components: ['@path'] }));
      const sent = wire(await signer.sign(requestOf('https://api.example.test/a')));
      const input = sent['Signature-Input']?.slice('sig1='.length);
      const signature = Buffer.from(sent['Signature']?.slice('sig1=:'.length, -1) ?? '', 'base64');
      const bytes = Buffer.from(`"@path": /a\n"@signature-params": ${input}`);
      expect(verify(hash, bytes, { key: publicKey, ...options }, signature)).to.equal(true);
    });
  }
});
