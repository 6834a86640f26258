import { expect } from 'chai';
import { why401 } from '../support/command.ts';

const cookie = {
  name: 'sid',
  value: 'a-session-of-ann',
  domain: 'api.example.test',
  path: '/',
  expires: -1,
  httpOnly: true,
  secure: true,
  sameSite: 'Lax',
};
const states: Readonly<Record<string, string>> = {
  'empty.json': '',
  'page.json': '<html>a-session-of-ann</html>',
  'map.json': '{}',
  'cut.json': JSON.stringify({ cookies: [cookie] }).slice(0, -10),
  'none.json': '{"cookies": []}',
  'foreign.json': JSON.stringify({ cookies: [{ ...cookie, domain: 'other.test' }] }),
  'over.json': JSON.stringify({ cookies: [{ ...cookie, expires: 1000 }] }),
};
const env = {
  LINE: 'correct horse\n',
  GOOD: 'correct-horse-battery',
  EMPTY: '',
  WIDE: 'tok\u20acn',
  WHY401_ID_TOKEN: 'eyJhbGciOi\n',
};

/** `line: message` of each problem, in order. */
async function told(
  credential: string,
  command = 'run',
): Promise<{ code: number; problems: string[]; text: string }> {
  const { code, stdout, stderr } = await why401([command], {
    files: {
      'why401.yml': `environments: {staging: {origins: {api: "https://api.example.test"}}}\ncredentials:\n  one: ${credential}\n`,
      'orders.yml': 'credential: one\nsteps: [{GET: /orders}]\n',
      ...states,
    },
    env: command === 'run' ? env : {},
  });
  const text = `${stdout}${stderr}`;
  const problems = [...text.matchAll(/^why401\.yml:3:(\d+): (.*)$/gm)].map(
    ([, column, message]) => `${column}: ${message}`,
  );
  return { code, problems, text };
}
const rule = 'which HTTP Basic cannot carry (RFC 7617 section 2)';
const rows: readonly (readonly [credential: string, ...problems: string[]])[] = [
  [
    '{type: bearer, token: "${secret.LINE}"}',
    '30: The token of credential "one" holds U+000A at position 14, which no header field can carry.',
  ],
  [
    '{type: bearer, token: "${secret.WIDE}"}',
    '30: The token of credential "one" holds U+20AC at position 4, which no header field can carry.',
  ],
  ['{type: bearer, token: ""}', '30: The token of credential "one" is empty.'],
  ['{type: bearer, token: "${secret.EMPTY}"}', '30: The secret "EMPTY" is not set.'],
  [
    '{type: basic, username: ci, password: "${secret.LINE}"}',
    `46: The password of credential "one" holds a control character, ${rule}.`,
  ],
  [
    '{type: basic, username: "c:i", password: "${secret.GOOD}"}',
    `32: The user name of credential "one" holds a colon, ${rule}.`,
  ],
  [
    '{type: digest, username: "c:i", password: "${secret.GOOD}"}',
    '33: The user name of credential "one" holds a colon, which HTTP Digest cannot carry (RFC 7616 section 3.4.2).',
  ],
  [
    '{type: digest, username: ci, password: "${secret.LINE}"}',
    '47: The password of credential "one" ends with a line end, which no password does.',
  ],
  [
    '{type: api_key, name: X Key, value: "${secret.LINE}"}',
    '30: "X Key" is no field name.',
    '44: The value of credential "one" holds U+000A at position 14, which no header field can carry.',
  ],
  ['{type: api_key, name: Host, value: "${secret.GOOD}"}', '30: "Host" is set by what sends the request.'],
  ['{type: api_key, in: query, name: "", value: "${secret.GOOD}"}', '41: "name" is empty.'],
  [
    '{type: api_key, in: cookie, name: "k=1", value: "a;b"}',
    '42: "k=1" is no name of a cookie.',
    '56: The value of credential "one" holds a semicolon, which ends a cookie.',
  ],
  [
    '{type: ci_oidc, provider: gitlab}',
    '8: The ID token of credential "one" holds U+000A at position 11, which no header field can carry.',
  ],
  ...(
    [
      ['empty.json', 'is empty'],
      ['page.json', 'is not JSON'],
      ['cut.json', 'is not JSON'],
      ['map.json', 'has no list "cookies", as storageState of Playwright writes it'],
      ['none.json', 'holds no cookie for an origin of environment "staging"'],
      ['foreign.json', 'holds no cookie for an origin of environment "staging", only for other.test'],
      ['over.json', 'holds only cookies that are over: sid (1970-01-01T00:16:40.000Z)'],
    ] as const
  ).map(
    ([file, problem]) =>
      [`{type: session, storage_state: ${file}}`, `39: The storage_state of "one" ${problem}.`] as const,
  ),
];

describe('what cannot be sent', () => {
  for (const [credential, ...wanted] of rows) {
    it(`is told before the run: ${credential}`, async () => {
      const { code, problems, text } = await told(credential);
      expect([code, problems]).to.deep.equal([2, wanted]);
      expect(text).to.include('Nothing was sent: ').and.not.include('a-session-of-ann');
    });
  }

  it('is one parameter or cookie from two sources', async () => {
    const { stdout, stderr } = await why401(['lint'], {
      files: {
        'why401.yml': `environments: {staging: {origins: {api: "https://api.example.test"}}}
credentials:
  asked: {type: api_key, in: query, name: key, value: "\${secret.K}"}
  kept: {type: api_key, in: cookie, name: key, value: "\${secret.K}"}
`,
        'a.yml': `steps:
  - {GET: /a, query: {key: 1}, cookies: {Key: 1}, credential: [asked, kept]}
  - {GET: "/a?key=1", credential: kept}
  - {GET: "/a?key=1", credential: asked}
  - {GET: /a, cookies: {key: 1}, credential: kept}
`,
      },
    });
    const told = [...`${stdout}${stderr}`.matchAll(/^a\.yml:(\d+):\d+: (.*)$/gm)].map((each) =>
      each.slice(1, 3).join(' '),
    );
    expect(told).to.deep.equal([
      '2 The parameter "key" would come from query: and from the credential "asked".',
      '4 The parameter "key" would come from the URL and from the credential "asked".',
      '5 The cookie "key" would come from cookies: and from the credential "kept".',
    ]);
  });

  it('is told once where a credential is no map', async () => {
    const { problems, code } = await told('"text"', 'lint');
    expect([code, problems]).to.deep.equal([2, ['8: "one" must be a map, not "text".']]);
  });

  it('is no matter of lint where it is a secret or a file', async () => {
    const open = rows.filter(
      ([, ...wanted]) => /secret|state|ID token|U\+/.test(wanted.join()) && wanted.length === 1,
    );
    const codes = await Promise.all(
      open.map(([credential]) => told(credential, 'lint').then(({ code }) => code)),
    );
    expect(new Set(codes)).to.deep.equal(new Set([0]));
  });
});
