/** What is wrong with signing credentials is told before anything is sent, each at its place. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { why401 } from '../support/command.ts';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** `line: message` of each problem, in order. */
async function told(
  lines: readonly string[],
  env: Readonly<Record<string, string>>,
  command = 'run',
): Promise<{ readonly code: number; readonly problems: string[]; readonly last: string }> {
  const { code, stdout, stderr } = await why401([command], {
    files: {
      'why401.yml': [
        'environments: {staging: {origins: {api: "https://api.example.test"}}}',
        'credentials:',
        '  signer:',
        ...lines.map((line) => `    ${line}`),
      ].join('\n'),
      'orders.yml': 'credential: signer\nsteps: [{GET: /orders}]\n',
    },
    env,
  });
  const text = `${stdout}${stderr}`;
  const problems = [...text.matchAll(/^why401\.yml:(\d+):(\d+): (.*)$/gm)].map(
    ([, line, , message]) => `${line}: ${message}`,
  );
  return { code, problems, last: text.trim().split('\n').at(-1) ?? '' };
}

describe('problems of signing credentials', () => {
  const rows: readonly [what: string, lines: string[], problems: string[]][] = [
    [
      'names in templates of hmac',
      [
        'type: hmac',
        'key: ${secret.KEY}',
        'header: x signature',
        'over: "${timestmp}.${body}.${signature}.${header.X-A}.${secret.KEY}"',
        'value: "${body}"',
        'headers: {host: "${nonce}", x-a: "${header.}", X-A: "a"}',
      ],
      [
        '6: "x signature" is no field name.',
        '7: Nothing is named "timestmp" here.',
        '7: Nothing is named "signature" here.',
        '7: Nothing is named "secret.KEY" here.',
        '8: Nothing is named "body" here.',
        '9: "host" is set by what sends the request.',
        '9: Nothing is named "header." here.',
        '9: The header "X-A" is written twice.',
      ],
    ],
    [
      'a key that is not what key_encoding says',
      ['type: hmac', 'header: x', 'key_encoding: hex', 'key: ${secret.KEY}'],
      ['7: The key of credential "signer" is not hex, which key_encoding says it is.'],
    ],
    [
      'a key that is not set, once',
      ['type: hmac', 'header: x', 'key: ${secret.NONE}'],
      ['6: The secret "NONE" is not set.'],
    ],
    [
      'keys that are missing',
      ['type: hmac'],
      [
        '4: Credential "signer" has no "key" in environment "staging".',
        '4: Credential "signer" has no "header" in environment "staging".',
      ],
    ],
    [
      'an alg that signs nothing',
      ['type: self_signed_jwt', 'alg: none', 'key: ${secret.KEY}'],
      ['5: alg "none" signs nothing.'],
    ],
    [
      'an alg that is unknown',
      ['type: self_signed_jwt', 'alg: RS265', 'key: ${secret.KEY}'],
      ['5: There is no alg "RS265".'],
    ],
    [
      'a key that does not fit alg, and a secret in claims',
      ['type: self_signed_jwt', 'alg: RS256', 'key: ${secret.KEY}', 'claims: {ctx: {a: "${secret.KEY}"}}'],
      [
        '6: The key of credential "signer" is an EC key on prime256v1; RS256 needs an RSA key of at least 2048 bits.',
        '7: Claims are shown in reports and cannot be secret.',
      ],
    ],
    [
      'what is empty or no name in aws_sigv4',
      [
        'type: aws_sigv4',
        'access_key_id: AKID',
        'secret_access_key: ${secret.EMPTY}',
        'region: ""',
        'service: https://s3',
      ],
      [
        '6: The secret "EMPTY" is not set.',
        '7: "region" is empty.',
        '8: "service" is "https://s3", which no service is called.',
      ],
    ],
    [
      'components of http_signature',
      [
        'type: http_signature',
        'key_id: "k\u00e4y"',
        'key: ${secret.TEXT}',
        'alg: ed25519',
        'components:',
        '  - "@method"',
        '  - "@status"',
        '  - "@method"',
        '  - "@query-param"',
        '  - "@path;sf"',
        '  - x header',
        '  - signature',
        '  - date;req',
        '  - \'x-dict;key="a"\'',
        '  - x-dict;sf;bs',
      ],
      [
        '5: "key_id" holds a character outside of US-ASCII, which a string of RFC 9651 cannot.',
        '6: The key of credential "signer" is a shared secret of 14 bytes; ed25519 needs an Ed25519 key.',
        '10: "@status" is no component of a request; those are @method, @target-uri, @authority, @scheme, @request-target, @path, @query, @query-param.',
        '11: "@method" is there twice.',
        '12: "@query-param" needs the name of a parameter: @query-param;name="NAME".',
        '13: "@path;sf" takes no parameter.',
        '14: "x header" is no name of a header field.',
        '15: "signature" is what the signature itself is put into.',
        '16: "date;req" has the parameter "req"; a field of a request takes sf, bs and key="NAME".',
        '18: "x-dict;sf;bs" has bs beside sf or key, which exclude each other.',
      ],
    ],
  ];
  const env = { KEY: key, EMPTY: '', TEXT: 'no key at all!' };
  for (const [what, lines, problems] of rows) {
    it(`are told: ${what}`, async () => {
      const { code, problems: seen, last } = await told(lines, env);
      const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
      expect({ code, seen, last }).to.deep.equal({
        code: 2,
        seen: problems,
        last: `Nothing was sent: ${count}.`,
      });
    });
  }

  it('are told: a header that a step and a credential would set', async () => {
    const project = (credential: string): string =>
      `environments: {staging: {origins: {api: "https://api.example.test"}}}\ncredentials: {signer: ${credential}}\n`;
    const credentials = [
      '{type: hmac, key: "${secret.KEY}", header: X-Signature, headers: {X-Time: "${timestamp}"}}',
      '{type: aws_sigv4, access_key_id: a, secret_access_key: "${secret.KEY}", region: r, service: s}',
      '{type: http_signature, key_id: k, key: "${secret.KEY}"}',
      '{type: digest, username: a, password: "${secret.KEY}"}',
    ];
    const headers = '{x-time: a, X-Amz-Date: b, Signature-Input: c, Authorization: d}';
    const seen: string[] = [];
    for (const credential of credentials) {
      const { code, stdout, stderr } = await why401(['lint'], {
        files: {
          'why401.yml': project(credential),
          'a.yml': `credential: signer\nsteps: [{GET: /orders, headers: ${headers}}]\n`,
        },
      });
      seen.push(
        `${code} ${[...`${stdout}${stderr}`.matchAll(/The header "([^"]+)" would/g)].map(([, name]) => name).join()}`,
      );
    }
    expect(seen).to.deep.equal([
      '2 x-time',
      '2 x-amz-date,authorization',
      '2 signature-input',
      '2 authorization',
    ]);
  });

  it('need no secret where nothing is sent', async () => {
    const lines = [
      'type: self_signed_jwt',
      'alg: RS256',
      'key: ${secret.KEY}',
      'claims: {aud: "${env.AUDIENCE}"}',
    ];
    expect(await told(lines, {}, 'lint')).to.deep.include({ code: 0, problems: [] });
    const cloud = [
      'type: aws_sigv4',
      'access_key_id: a',
      'secret_access_key: ${secret.KEY}',
      'region: ${env.R}',
      'service: s3',
    ];
    expect(await told(cloud, {}, 'lint')).to.deep.include({ code: 0, problems: [] });
  });
});
