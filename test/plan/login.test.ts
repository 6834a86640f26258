import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { plan } from '../../src/plan/plan.ts';

/** Codes and messages of what is wrong with a session, or with a step that uses it. */
function problems(credential: JsonMap, step: JsonMap = { GET: '/' }): string[] {
  const project: JsonMap = {
    environments: {
      staging: {
        origins: { app: 'https://app.example.test' },
        issuers: { main: 'https://login.example.test/realm' },
      },
    },
    credentials: { user: { type: 'session', ...credential } },
  };
  const context = {
    root: '/',
    project,
    lookups: { env: () => undefined, secret: (name: string) => (name === 'P' ? 'a password' : undefined) },
    given: {},
    random: { uuid: () => 'u' },
    now: () => 0,
    offline: false,
  };
  const scenario = { file: 'specs/a.yml', value: { steps: [{ credential: 'user', ...step }] } };
  const options = { environments: [], tags: [], grep: null, timeout: 30_000, retries: 0 };
  return plan(context, [scenario], options).problems.map(({ code, message }) => `${code} ${message}`);
}
const submit = { submit: { form: '#login', fields: { username: 'ci', password: '${secret.P}' } } };
const login = [{ GET: '/login' }, submit];

describe('the plan of a session', () => {
  it('takes a login that can be', () => {
    const steps = [
      { GET: 'app:/login' },
      { GET: 'https://login.example.test/start' },
      { ...submit, when: 'input[name=password]' },
    ];
    expect(problems({ login: steps, alive: { GET: '/me', status: [200, '3xx'] } })).to.deep.equal([]);
  });

  const wrong: readonly (readonly [string, JsonMap, string])[] = [
    ['no steps', { login: [] }, 'LOGIN_EMPTY The login of "user" has no steps.'],
    [
      'a submit first',
      { login: [submit] },
      'LOGIN_WITHOUT_PAGE The login of "user" submits a form before a page was opened.',
    ],
    [
      'a selector that is none',
      { login: [{ GET: '/' }, { submit: { form: 'form > input' } }] },
      'SELECTOR_INVALID "form > input" is no selector that is known here: ">" is not understood: use tag, #id, .class, [name=value] and descendants.',
    ],
    [
      'a condition that is none',
      { login: [{ GET: '/' }, { ...submit, when: ':checked' }] },
      'SELECTOR_INVALID ":checked" is no selector that is known here: ":checked" is not understood: use tag, #id, .class, [name=value] and descendants.',
    ],
    [
      'an unknown origin',
      { login: [{ GET: 'web:/login' }] },
      'LOGIN_PAGE_INVALID The login of "user": No origin is named "web".',
    ],
    [
      'a foreign page',
      { login: [{ GET: 'https://evil.example.test/login' }] },
      'LOGIN_PAGE_UNBOUND The login of "user" goes to https://evil.example.test, which is neither an origin of environment "staging" nor that of one of its issuers.',
    ],
    [
      'an unknown origin of alive',
      { login, alive: { GET: 'web:/me' } },
      'LOGIN_PAGE_INVALID The login of "user": No origin is named "web".',
    ],
    [
      'a status that is none',
      { login, alive: { GET: '/me', status: 'ok' } },
      'STATUS_INVALID alive of "user": "ok" is no status.',
    ],
    [
      'a secret in an address',
      { login: [{ GET: '/login/${secret.P}' }] },
      'SECRET_MISPLACED "GET" is shown in reports and cannot be a secret.',
    ],
    [
      'neither login nor saved state',
      {},
      'CREDENTIAL_INCOMPLETE Credential "user" needs a login or a storage_state.',
    ],
  ];
  for (const [name, credential, problem] of wrong) {
    it(`refuses ${name}`, () => {
      expect(problems(credential)[0]).to.equal(problem);
    });
  }

  it('refuses a step that has no jar, and one that wants a token', () => {
    expect(problems({ login }, { GET: '/', jar: 'none' })).to.deep.equal([
      'SESSION_WITHOUT_JAR The step sends the session "user", and has no cookie jar.',
    ]);
    expect(problems({ login }, { credential: undefined as never, token: 'user' })).to.deep.equal([
      'CREDENTIAL_WITHOUT_TOKEN Credential "user" is a session, which has no token.',
    ]);
  });
});
