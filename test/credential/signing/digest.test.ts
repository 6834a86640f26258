import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { parseChallenges } from '../../../src/http/challenge.ts';
import type { DigestCredential, Field } from '../../../src/model.ts';
import { Secret } from '../../../src/secret.ts';
import { answerOf, base, requestOf, shown, signing, vectors, wire } from '../signing-support.ts';

const site = 'https://legacy.example.test/dir/index.html';
const digestOf = (username: string | Secret, password: string): DigestCredential => ({
  ...base,
  name: 'legacy',
  type: 'digest',
  username,
  password: Secret.named('LEGACY_PASSWORD', password),
});
const mufasa = digestOf('Mufasa', 'Circle of Life');
const hash = (name: string, text: string): string => createHash(name).update(text).digest('hex');
const challengeWith = (parameters: string): Field => ['WWW-Authenticate', `Digest ${parameters}`];

/** Scheme and parameters of an Authorization field. */
function parameters(fields: readonly Field[]): Record<string, string> {
  const [challenge] = parseChallenges([wire(fields)['Authorization'] ?? '']);
  expect(challenge?.problems).to.deep.equal([]);
  return Object.fromEntries(challenge?.parameters ?? []);
}

/** Fields of the request that follows this challenge. */
async function answered(
  challenge: string,
  credential: DigestCredential = mufasa,
  request = requestOf(site),
  cnonce?: string,
): Promise<readonly Field[]> {
  const signer = await signing(0, cnonce).signer(credential);
  const hop = answerOf(request.url.href, 401, [['WWW-Authenticate', challenge]]);
  expect(signer.challenged(hop)).to.equal(true);
  return signer.sign(request);
}

interface Vector {
  readonly id: string;
  readonly challenge?: string;
  readonly username: string;
  readonly password: string;
  readonly realm?: string;
  readonly nonce?: string;
  readonly method: string;
  readonly uri: string;
  readonly cnonce: string | null;
  readonly algorithm: string | null;
  readonly expected_response: string;
}

describe('digest', () => {
  it('gives the response of every published vector', async function () {
    const { cases } = vectors<{ cases: readonly Vector[] }>(this, 'digest.json');
    for (const each of cases) {
      const realm = (each.realm ?? '').replace(/["\\]/g, '\\$&');
      const algorithm = each.algorithm === null ? '' : `, algorithm=${each.algorithm}`;
      const challenge = each.challenge ?? `Digest realm="${realm}", nonce="${each.nonce}"${algorithm}`;
      const credential = digestOf(each.username, each.password);
      const request = requestOf(`http://legacy.example.test${each.uri}`, { method: each.method });
      const fields = await answered(challenge, credential, request, each.cnonce ?? undefined);
      expect(parameters(fields)['response'], each.id).to.equal(each.expected_response);
    }
    expect(cases.length).to.be.greaterThan(10);
  });

  it('says nothing before a challenge, and then all that RFC 7616 section 3.9.1 shows for SHA-256', async () => {
    const signer = await signing(0, 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ').signer(mufasa);
    expect(await signer.sign(requestOf(site))).to.deep.equal([]);
    const parts =
      'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
    const answer = answerOf(site, 401, [
      ['WWW-Authenticate', `Digest algorithm=MD5, ${parts}`],
      ['WWW-Authenticate', `Digest algorithm=SHA-256, ${parts}`],
    ]);
    expect(signer.challenged(answer)).to.equal(true);
    const fields = await signer.sign(requestOf(site));
    const text =
      'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", uri="/dir/index.html", response="RESPONSE", algorithm=SHA-256, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"';
    const response = '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1';
    expect(wire(fields)).to.deep.equal({ Authorization: text.replace('RESPONSE', response) });
    expect(shown(fields)).to.deep.equal({
      Authorization: text.replace('RESPONSE', '[secret:legacy response]'),
    });
  });

  it('tells the redactor the response, and the user name where it is a secret', async () => {
    const bench = signing();
    const signer = await bench.signer(digestOf(Secret.named('LEGACY_USER', 'Mufasa'), 'Circle of Life'));
    signer.challenged(answerOf(site, 401, [challengeWith('realm="r", nonce="n"') as [string, string]]));
    const fields = await signer.sign(requestOf(site));
    expect(shown(fields)['Authorization']).to.equal(
      'Digest username="[secret:LEGACY_USER]", realm="r", nonce="n", uri="/dir/index.html", response="[secret:legacy response]"',
    );
    expect(bench.redactor.redact(`Mufasa ${parameters(fields)['response']} Circle of Life`)).to.equal(
      '[secret:LEGACY_USER] [secret:legacy response] [secret:LEGACY_PASSWORD]',
    );
  });

  it('counts how often a nonce was used, at each origin for itself', async () => {
    const signer = await signing().signer(mufasa);
    const other = 'https://other.example.test/';
    const challenge = (nonce: string): [string, string][] => [
      ['WWW-Authenticate', `Digest realm="r", nonce="${nonce}", qop="auth"`],
    ];
    signer.challenged(answerOf(site, 401, challenge('a')));
    signer.challenged(answerOf(other, 401, challenge('b')));
    const seen: unknown[] = [];
    for (const url of [site, site, other, site]) {
      const { nonce, nc } = parameters(await signer.sign(requestOf(url)));
      seen.push([nonce, nc]);
    }
    expect(seen).to.deep.equal([
      ['a', '00000001'],
      ['a', '00000002'],
      ['b', '00000001'],
      ['a', '00000003'],
    ]);
  });

  it('takes up the nonce of Authentication-Info', async () => {
    const signer = await signing().signer(mufasa);
    signer.challenged(answerOf(site, 401, [['WWW-Authenticate', 'Digest realm="r", nonce="a", qop=auth']]));
    const sent = await signer.sign(requestOf(site));
    const info = answerOf(site, 200, [['Authentication-Info', 'nextnonce="next", qop=auth']], sent);
    expect(signer.challenged(info)).to.equal(false);
    const { nonce, nc } = parameters(await signer.sign(requestOf(site)));
    expect([nonce, nc]).to.deep.equal(['next', '00000001']);
  });

  describe('a second 401', () => {
    /** What `challenged` says of it, after a first request with the nonce `a` that was answered by `status`. */
    async function second(challenge: string, status: number): Promise<[boolean, string]> {
      const signer = await signing().signer(mufasa);
      signer.challenged(answerOf(site, 401, [['WWW-Authenticate', 'Digest realm="r", nonce="a", qop=auth']]));
      let sent = await signer.sign(requestOf(site));
      if (status === 200) {
        signer.challenged(answerOf(site, 200, [], sent));
        sent = await signer.sign(requestOf(site));
      }
      const again = signer.challenged(answerOf(site, 401, [['WWW-Authenticate', challenge]], sent));
      return [again, parameters(await signer.sign(requestOf(site)))['nonce'] ?? ''];
    }
    it('with the same nonce is a refusal', async () => {
      expect(await second('Digest realm="r", nonce="a", qop=auth', 401)).to.deep.equal([false, 'a']);
    });
    it('with another nonce is one too: servers send a new one each time', async () => {
      expect(await second('Digest realm="r", nonce="b", qop=auth', 401)).to.deep.equal([false, 'a']);
    });
    it('that says stale=true is answered', async () => {
      expect(await second('Digest realm="r", nonce="b", qop=auth, stale=TRUE', 401)).to.deep.equal([
        true,
        'b',
      ]);
    });
    it('with another nonce is answered where the password was good before', async () => {
      expect(await second('Digest realm="r", nonce="b", qop=auth', 200)).to.deep.equal([true, 'b']);
    });
    it('with the same nonce is a refusal also where the password was good before', async () => {
      expect(await second('Digest realm="r", nonce="a", qop=auth', 200)).to.deep.equal([false, 'a']);
    });
  });

  it('answers a challenge that another request has answered already with what is known', async () => {
    const signer = await signing().signer(mufasa);
    const challenge: [string, string][] = [['WWW-Authenticate', 'Digest realm="r", nonce="a", qop=auth']];
    expect(signer.challenged(answerOf(site, 401, challenge))).to.equal(true);
    const sent = await signer.sign(requestOf(site));
    expect(signer.challenged(answerOf(site, 401, challenge))).to.equal(true);
    expect(signer.challenged(answerOf(site, 401, challenge, sent))).to.equal(false);
    expect(signer.challenged(answerOf(site, 401, challenge))).to.equal(false);
  });

  const rows: readonly [
    what: string,
    challenge: string,
    request: ReturnType<typeof requestOf>,
    expected: object,
  ][] = [
    [
      'auth-int hashes the bytes of the body',
      'Digest realm="r", nonce="n", qop="auth-int", algorithm=SHA-512-256',
      requestOf(site, { method: 'POST', body: 'a=1' }),
      {
        username: 'Mufasa',
        realm: 'r',
        nonce: 'n',
        uri: '/dir/index.html',
        response: hash(
          'sha512-256',
          `${hash('sha512-256', 'Mufasa:r:Circle of Life')}:n:00000001:c:auth-int:${hash('sha512-256', `POST:/dir/index.html:${hash('sha512-256', 'a=1')}`)}`,
        ),
        algorithm: 'SHA-512-256',
        qop: 'auth-int',
        nc: '00000001',
        cnonce: 'c',
      },
    ],
    [
      'a -sess algorithm hashes nonce and cnonce into the secret, also without qop',
      'Digest realm="r", nonce="n", algorithm=SHA-256-sess',
      requestOf(`${site}?a=b%20c`),
      {
        username: 'Mufasa',
        realm: 'r',
        nonce: 'n',
        uri: '/dir/index.html?a=b%20c',
        response: hash(
          'sha256',
          `${hash('sha256', `${hash('sha256', 'Mufasa:r:Circle of Life')}:n:c`)}:n:${hash('sha256', 'GET:/dir/index.html?a=b%20c')}`,
        ),
        algorithm: 'SHA-256-sess',
        cnonce: 'c',
      },
    ],
    [
      'userhash hides the user name',
      'Digest realm="r", nonce="n", qop=auth, userhash=true, charset=UTF-8',
      requestOf(site),
      {
        username: hash('md5', 'Mufasa:r'),
        realm: 'r',
        nonce: 'n',
        uri: '/dir/index.html',
        response: hash(
          'md5',
          `${hash('md5', 'Mufasa:r:Circle of Life')}:n:00000001:c:auth:${hash('md5', 'GET:/dir/index.html')}`,
        ),
        qop: 'auth',
        nc: '00000001',
        cnonce: 'c',
        userhash: 'true',
      },
    ],
  ];
  for (const [what, challenge, request, expected] of rows) {
    it(what, async () => {
      expect(parameters(await answered(challenge, mufasa, request, 'c'))).to.deep.equal(expected);
    });
  }

  it('writes a user name beyond US-ASCII as an ext-value where the server knows it, and quotes one with quotation marks', async () => {
    const names: string[] = [];
    const utf8 = 'Digest realm="r", nonce="n", charset=UTF-8';
    const old = 'Digest realm="r", nonce="n"';
    for (const [challenge, username] of [
      [utf8, "J\u00e4s\u00f8n Doe'*"],
      [utf8, 'a "b" \\c'],
      [old, 'J\u00e4s\u00f8n'],
    ] as const) {
      const fields = await answered(challenge, digestOf(username, 'secret'));
      names.push((wire(fields)['Authorization'] ?? '').split(', realm=')[0] ?? '');
    }
    expect(names).to.deep.equal([
      "Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe%27%2A",
      'Digest username="a \\"b\\" \\\\c"',
      // Bytes of UTF-8, as a field value holds them.
      'Digest username="J\u00c3\u00a4s\u00c3\u00b8n"',
    ]);
  });

  it('keeps the secret of a -sess algorithm when only the nonce changes', async () => {
    const signer = await signing(0, 'c').signer(mufasa);
    const challenge = 'Digest realm="r", nonce="n", qop=auth, algorithm=MD5-sess';
    signer.challenged(answerOf(site, 401, [['WWW-Authenticate', challenge]]));
    const sent = await signer.sign(requestOf(site));
    signer.challenged(answerOf(site, 200, [['Authentication-Info', 'nextnonce="m"']], sent));
    const secret = hash('md5', `${hash('md5', 'Mufasa:r:Circle of Life')}:n:c`);
    expect(parameters(await signer.sign(requestOf(site)))['response']).to.equal(
      hash('md5', `${secret}:m:00000001:c:auth:${hash('md5', 'GET:/dir/index.html')}`),
    );
  });

  const unanswered: readonly [what: string, challenge: string][] = [
    ['of another scheme', 'Basic realm="r"'],
    ['with an algorithm that is unknown', 'Digest realm="r", nonce="n", algorithm=SHA-1'],
    ['with a qop that is unknown', 'Digest realm="r", nonce="n", qop="auth-conf"'],
    ['without a nonce', 'Digest realm="r"'],
    ['without a realm', 'Digest nonce="n"'],
  ];
  for (const [what, challenge] of unanswered) {
    it(`does not answer a challenge ${what}`, async () => {
      const signer = await signing().signer(mufasa);
      expect(signer.challenged(answerOf(site, 401, [['WWW-Authenticate', challenge]]))).to.equal(false);
      expect(await signer.sign(requestOf(site))).to.deep.equal([]);
    });
  }

  it('chooses the strongest that can be answered', async () => {
    const challenge =
      'Digest realm="r", nonce="1", algorithm=MD5, Digest realm="r", nonce="2", algorithm=SHA-512-256, Digest realm="r", nonce="3", algorithm=SHA3, Digest realm="r", nonce="4", algorithm=SHA-256';
    expect(parameters(await answered(challenge))['nonce']).to.equal('2');
  });

  it('answers where a secret stands in the name of the host', async () => {
    const signer = await signing().signer(mufasa);
    await signer.sign(requestOf(site));
    const answer = answerOf('https://[secret:PART].example.test/', 401, [
      ['WWW-Authenticate', 'Digest realm="r", nonce="n"'],
    ]);
    expect(signer.challenged(answer)).to.equal(true);
    expect(parameters(await signer.sign(requestOf(site)))['nonce']).to.equal('n');
  });

  it('does not answer where the field was lost on the way', async () => {
    const signer = await signing().signer(mufasa);
    const hop = answerOf(
      site,
      401,
      [['WWW-Authenticate', 'Digest realm="r", nonce="n"']],
      [],
      [{ header: 'authorization', rule: 'origin-changed' }],
    );
    expect(signer.challenged(hop)).to.equal(false);
  });

  it('is a failure with a colon in the user name', async () => {
    const { failure } = await signing().present(digestOf('a:b', 'secret'));
    expect(failure?.message).to.equal(
      'The user name of credential "legacy" holds a colon, which HTTP Digest cannot carry (RFC 7616 section 3.4.2).',
    );
  });
});
