import { expect } from 'chai';
import { bindingFacts } from '../../../src/diagnose/facts/binding.ts';
import { challengeFacts } from '../../../src/diagnose/facts/challenge.ts';
import { deliveryFacts } from '../../../src/diagnose/facts/delivery.ts';
import { staleFacts } from '../../../src/diagnose/facts/digest.ts';
import { presentedFacts } from '../../../src/diagnose/facts/presented.ts';
import { signedFacts } from '../../../src/diagnose/facts/signed.ts';
import type { CredentialUse, HmacCredential } from '../../../src/model.ts';
import { now, use } from '../subjects.ts';
import { type FullHop, type FullSubject, past, short, subject } from './support.ts';

const signed = (type: CredentialUse['type'], field: string, scheme: string | null = null): CredentialUse =>
  use(null, { type, field, scheme, token: null });
/** Our clock is that many milliseconds behind the Date of the answer. */
const answer = (sent: FullHop['sent'], ahead: number): readonly FullHop[] => [
  { status: 401, ...(sent ? { sent } : {}), later: -ahead },
];
const minute = 60_000;
const seconds = now / 1000;

const amz = signed('aws_sigv4', 'authorization', 'AWS4-HMAC-SHA256');
const amzSent: FullHop['sent'] = [
  ['X-Amz-Date', '20261124T120000Z'],
  [
    'Authorization',
    'AWS4-HMAC-SHA256 Credential=AK/20261124/eu/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=[secret:reader signature]',
  ],
];
const message = signed('http_signature', 'signature');
const messageSent = (created = seconds, more = ''): FullHop['sent'] => [
  ['Signature-Input', `sig1=("@method" "@target-uri");created=${created}${more};keyid="ci"`],
  ['Signature', 'sig1=:[secret:reader signature]:'],
];
const hook = signed('hmac', 'x-signature');
const hookSent: FullHop['sent'] = [['X-Signature', 't=1,v1=[secret:reader signature]']];
const hmac = (over: string): Partial<FullSubject> => ({
  over: {
    credential: { type: 'hmac', over, value: '${signature}', headers: {} } as unknown as HmacCredential,
  },
});
const hint = 'signature-invalid key-unknown';

describe('signedFacts', () => {
  const rows: readonly (readonly [string, FullSubject, unknown[]])[] = [
    [
      'says nothing of a token',
      { hops: answer([['Authorization', 'Bearer x']], 600_000), uses: [use(null)] },
      [],
    ],
    [
      'shows the key and what is signed (AWS)',
      { hops: answer(amzSent, 0), uses: [amz] },
      [
        [
          'signature/made',
          1,
          'signature-invalid api-key-invalid',
          '1 key: AK/20261124/eu/s3/aws4_request',
          '1 signed in authorization: host, x-amz-date',
        ],
      ],
    ],
    [
      'sees a signature of another time by the Date of the answer',
      { hops: answer(messageSent(seconds + 600), -10 * minute), uses: [message] },
      [
        ['signature/made', 1, hint, '1 key: ci', '1 signed in signature: @method, @target-uri'],
        [
          'signature/of-another-time',
          2,
          'clock-skew',
          "1 signature-input created: 2026-11-24T12:10:00.000Z, 10 min after the answer's Date",
        ],
      ],
    ],
    [
      'takes a difference within the usual tolerance for a hint',
      { hops: answer(hookSent, 2 * minute), uses: [hook], ...hmac('${timestamp}.${body}') },
      [
        ['signature/made', 1, hint, '1 signed in x-signature: ${timestamp}.${body}'],
        [
          'signature/of-another-time',
          1,
          'clock-skew',
          "1 timestamp: 2026-11-24T11:57:59.990Z, 2 min before the answer's Date",
        ],
      ],
    ],
    [
      'minds the lifetime that the signature states',
      { hops: answer(messageSent(seconds - 120, `;expires=${seconds - 60}`), 2 * minute), uses: [message] },
      [
        ['signature/made', 1, hint, '1 key: ci', '1 signed in signature: @method, @target-uri'],
        [
          'signature/of-another-time',
          2,
          'clock-skew',
          "1 signature-input created: 2026-11-24T11:58:00.000Z, 2 min before the answer's Date",
        ],
      ],
    ],
    [
      'knows no time of a hash without one',
      { hops: answer(hookSent, 10 * minute), uses: [hook], ...hmac('${body}') },
      [['signature/made', 1, hint, '1 signed in x-signature: ${body}']],
    ],
    [
      'says nothing where the signature was not sent',
      { hops: answer([['Accept', '*/*']], 0), uses: [hook] },
      [],
    ],
  ];
  for (const [what, about, expected] of rows)
    it(what, () => {
      expect(short(signedFacts(subject(about)))).to.deep.equal(expected);
    });
});

describe('what a signature cannot have wrong', () => {
  const excluded = (given: FullSubject): readonly string[] =>
    presentedFacts(subject(given)).flatMap(({ excludes }) => excludes);

  it('is what only tokens, passwords and cookies have', () => {
    const out = excluded({ hops: answer(hookSent, 0), uses: [hook] });
    expect(out).to.include.members(['issuer-mismatch', 'token-expired', 'password-wrong', 'cookie-not-sent']);
    expect(out).to.not.include.members(['signature-invalid']);
    expect(out).to.not.include.members(['clock-skew']);
  });

  it('leaves the session token of temporary keys', () => {
    const credential = { type: 'aws_sigv4', session_token: 'x' } as never;
    expect(excluded({ hops: answer(amzSent, 0), uses: [amz], over: { credential } })).to.not.include(
      'token-expired',
    );
  });

  it('leaves the password of Digest', () => {
    const digest = signed('digest', 'authorization', 'Digest');
    const out = excluded({ hops: answer([['Authorization', 'Digest x']], 0), uses: [digest] });
    expect(out).to.include.members(['signature-invalid', 'api-key-invalid']);
    expect(out).to.not.include('password-wrong');
  });
});

describe('Digest', () => {
  const digest = signed('digest', 'authorization', 'Digest');
  const challenged = (challenge: string, sent: FullHop['sent'] = [['Accept', '*/*']]): FullSubject => ({
    hops: [{ status: 401, sent: sent ?? [], headers: [['WWW-Authenticate', challenge]] }],
    uses: [digest],
  });
  const ids = (about: FullSubject): unknown[] =>
    deliveryFacts(subject(about)).map(({ id, names }) => `${id} ${names.join(' ')}`);

  it('was not asked for', () => {
    expect(ids(challenged('Basic realm="x"'))).to.deep.equal(['digest/other-scheme scheme-mismatch']);
  });

  it('was asked for in an algorithm that nobody knows', () => {
    const challenge = 'Digest realm="x", nonce="n", algorithm=SHA3-256';
    expect(ids(challenged(challenge))).to.deep.equal(['digest/unknown-algorithm alg-not-allowed']);
  });

  it('may be left behind at a redirect as anything else', () => {
    const hops: readonly FullHop[] = [
      { status: 302, url: 'https://a.example.test/', sent: [['Authorization', 'Digest x']] },
      {
        status: 401,
        sent: [['Accept', '*/*']],
        headers: [['WWW-Authenticate', 'Basic realm="x"']],
        dropped: [{ header: 'authorization', rule: 'origin-changed' }],
      },
    ];
    expect(ids({ hops, uses: [digest] })).to.deep.equal(['delivery/dropped credentials-dropped-on-redirect']);
  });

  it('names the user whose password is refused', () => {
    const challenge = 'Digest realm="Depot", nonce="n"';
    const credential = { type: 'digest', username: 'ops' } as never;
    const about = { ...challenged(challenge, [['Authorization', 'Digest x']]), over: { credential } };
    expect(short(challengeFacts(subject(about)))).to.deep.equal([
      [
        'challenge/same-scheme',
        2,
        'password-wrong user-unknown user-disabled',
        'not basic-shadow scheme-mismatch',
        '1 authorization: sent with scheme digest as user "ops"',
        '1 www-authenticate: Digest realm="Depot", nonce="n"',
      ],
    ]);
  });

  const stale: FullHop = {
    status: 401,
    sent: [['Authorization', 'Digest x']],
    headers: [['WWW-Authenticate', 'Digest realm="x", nonce="n", stale=true']],
  };

  it('sees a nonce that is stale as soon as it is given', () => {
    const about = { hops: [stale], uses: [digest], past: [past([{ ...stale, later: -50 }])] };
    expect(short(staleFacts(subject(about)))).to.deep.equal([
      [
        'digest/stale-again',
        2,
        'nonce-stale',
        '1 challenge nonce: stale for the 2. time, though each nonce was used as soon as it was given',
      ],
    ]);
  });

  it('takes one stale nonce for what it is', () => {
    expect(staleFacts(subject({ hops: [stale], uses: [digest] }))).to.deep.equal([]);
    const good = past([{ ...stale, status: 200 }]);
    expect(staleFacts(subject({ hops: [stale], uses: [digest], past: [good] }))).to.deep.equal([]);
  });
});

describe('signatures and challenges', () => {
  it('a server that asks for a token does not look for a signature', () => {
    const headers = [['WWW-Authenticate', 'Bearer realm="x"']] as const;
    const about = { hops: [{ status: 401, sent: messageSent() ?? [], headers }], uses: [message] };
    expect(challengeFacts(subject(about)).map(({ id, names, weight }) => [id, names, weight])).to.deep.equal([
      ['challenge/other-scheme', ['scheme-mismatch'], 2],
    ]);
  });
});

describe('proofs', () => {
  const bound = { ...use({ cnf: { jkt: 'x' } }), scheme: 'DPoP', proof: { jkt: 'x' } };
  const refused = (challenge: string, more: FullHop['headers'] = []): FullHop => ({
    status: 401,
    sent: [
      ['Authorization', 'DPoP [secret:reader]'],
      ['DPoP', '[secret:proof]'],
    ],
    headers: [['WWW-Authenticate', `DPoP ${challenge}`], ...(more ?? [])],
  });
  const facts = (hop: FullHop, also: Partial<FullSubject> = {}): unknown[] =>
    short(bindingFacts(subject({ hops: [hop], uses: [bound], ...also })));

  it('are of another time by the Date of the answer', () => {
    expect(facts({ ...refused('error="invalid_dpop_proof"'), later: -10 * minute })).to.deep.equal([
      [
        'binding/proof-of-another-time',
        2,
        'clock-skew',
        "1 dpop iat: 2026-11-24T11:49:59.990Z, 10 min before the answer's Date",
      ],
    ]);
  });

  it('are not, where the answer minds another part of them, or the clocks agree', () => {
    const htu = 'error="invalid_dpop_proof", error_description="htu mismatch"';
    expect(facts({ ...refused(htu), later: -10 * minute })).to.deep.equal([]);
    expect(facts(refused('error="invalid_dpop_proof"'))).to.deep.equal([]);
  });

  const asks = 'error="use_dpop_nonce"';
  it('are refused with the nonce that was given, or for want of one', () => {
    const nonce = [['DPoP-Nonce', 'n']] as const;
    expect(facts(refused(asks, nonce))).to.deep.equal([]);
    const before = past([{ ...refused(asks, nonce), later: -50 }]);
    expect(facts(refused(asks, nonce), { past: [before] })).to.deep.equal([
      [
        'binding/nonce-in-vain',
        2,
        'dpop-nonce-required',
        '1 dpop-nonce: refused again with the nonce that was given',
      ],
    ]);
    expect(facts(refused(asks))).to.deep.equal([
      ['binding/nonce-in-vain', 2, 'dpop-nonce-required', '1 dpop-nonce: none was given'],
    ]);
  });
});
