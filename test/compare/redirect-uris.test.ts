import { expect } from 'chai';
import { redirectUriObservations } from '../../src/compare/redirect-uri-shapes.ts';
import { redirectUriFindings } from '../../src/compare/redirect-uris.ts';
import { parseYaml } from '../../src/load/yaml.ts';
import type { Environment, JsonMap } from '../../src/model.ts';
import { plan } from '../../src/plan/plan.ts';

/** All environments of a project file; with the credential that a scenario uses. */
function environmentsOf(text: string, credential = 'none'): readonly Environment[] {
  const { value, problems } = parseYaml(text, 'why401.yml');
  const context = {
    root: '/',
    project: value as JsonMap,
    lookups: { env: () => undefined, secret: () => 's' },
    given: {},
    random: { uuid: () => 'u' },
    now: () => 0,
    offline: false,
  };
  const options = { environments: [], tags: [], grep: null, timeout: 30_000, retries: 0 };
  const made = plan(context, [{ file: 'a.yml', value: { steps: [{ GET: '/', credential }] } }], options);
  expect([...problems, ...made.problems].map(({ message }) => message)).to.deep.equal([]);
  return credential === 'none' ? made.known : made.jobs.map((job) => job.environment);
}

function environment(name: string, domain: string, clients: readonly string[], more = ''): string {
  return [
    `  ${name}:`,
    `    origins: {api: "https://api.${domain}", app: "https://app.${domain}"}`,
    `    issuers: {main: "https://login.${domain}"}`,
    ...(more === '' ? [] : [`    ${more}`]),
    '    clients:',
    ...clients.map((client) => `      ${client}`),
    '',
  ].join('\n');
}

const web = (...uris: readonly string[]): string =>
  `web: {client_id: web, client_secret: s, redirect_uris: [${uris.map((uri) => `"${uri}"`).join(', ')}]}`;
const cli = (...uris: readonly string[]): string =>
  `cli: {client_id: cli, redirect_uris: [${uris.map((uri) => `"${uri}"`).join(', ')}]}`;

function two(staging: readonly string[], production: readonly string[], more = ''): readonly Environment[] {
  return environmentsOf(
    `environments:\n${environment('staging', 'staging.example.com', staging)}${environment('production', 'example.com', production, more)}`,
  );
}

function found(environments: readonly Environment[], name: string): readonly string[] {
  const own = environments.find((each) => each.name === name);
  if (!own) throw new Error(`no ${name}`);
  return redirectUriFindings(own, environments).flatMap(({ name: step, status, findings }) =>
    findings.map(
      ({ cause, check, severity, certainty, fixSource }) =>
        `${step}, ${status}: ${severity} ${cause ?? check}, ${certainty}, ${fixSource?.line}:${fixSource?.column}`,
    ),
  );
}

function observed(environments: readonly Environment[], client: string): unknown {
  return environments.map((each) => {
    const row = redirectUriObservations(each, environments).find(({ of }) => of === client);
    return [row?.value, row?.seen, `${row?.source?.line}:${row?.source?.column}`];
  });
}

describe('redirectUriFindings', () => {
  it('is silent for two healthy environments, with a step for each client that has some', () => {
    const environments = two(
      [
        web('https://app.staging.example.com/callback', '${origin.app}/silent'),
        cli('http://127.0.0.1/cb', 'com.example.app:/cb'),
        'ci: {client_id: ci, client_secret: s}',
      ],
      [
        web('https://app.example.com/callback', '${origin.app}/silent'),
        cli('http://127.0.0.1:8400/cb', 'com.example.app:/cb'),
      ],
    );
    expect(environments.flatMap(({ name }) => found(environments, name))).to.deep.equal([]);
    expect(
      environments.map((each) =>
        redirectUriFindings(each, environments).map(({ name, status }) => [name, status]),
      ),
    ).to.deep.equal([
      [
        ['redirect_uris of client web', 'passed'],
        ['redirect_uris of client cli', 'passed'],
      ],
      [
        ['redirect_uris of client web', 'passed'],
        ['redirect_uris of client cli', 'passed'],
      ],
    ]);
  });

  it('points at the very URI, in whatever way the list is written', () => {
    const environments = environmentsOf(
      `environments:
  production:
    origins: {api: "https://api.example.com"}
    issuers: {main: "https://login.example.com"}
    clients:
      web:
        client_id: web
        client_secret: s
        redirect_uris:
          - https://app.example.com/callback
          - "https://app.example.com/#/callback"
          - http://localhost:3000/callback
  canary:
    extends: production
`,
    );
    const both = [
      'redirect_uris of client web, failed: error redirect-uri-fragment, certain, 11:13',
      'redirect_uris of client web, failed: warning redirect-uri-localhost, certain, 12:13',
    ];
    expect([found(environments, 'production'), found(environments, 'canary')]).to.deep.equal([both, both]);
  });

  it('knows whose host it is: an error where there is no other', () => {
    const staging = 'https://app.staging.example.com/callback';
    const own = 'https://app.example.com/callback';
    const only = two([web(staging)], [web(staging)]);
    const beside = two([web(staging)], [web(own, `${staging}?x`)]);
    expect([found(only, 'production'), found(only, 'staging'), found(beside, 'production')]).to.deep.equal([
      ['redirect_uris of client web, failed: error environment-mixup, likely, 11:63'],
      [],
      ['redirect_uris of client web, passed: warning environment-mixup, likely, 11:99'],
    ]);
    const [finding] = redirectUriFindings(only[1] as Environment, only)[0]?.findings ?? [];
    expect(finding?.summary).to.equal(
      'The redirect_uri https://app.staging.example.com/callback of client web leads to https://app.staging.example.com, which is origin.app of staging: whoever logs in to production ends there.',
    );
  });

  it('holds what a credential sends beside the list, by the rules of the server', () => {
    const file = (rules: string): string => `environments:
  production:
    origins: {api: "https://api.example.com"}
    issuers: {main: {issuer: "https://login.example.com"${rules}}}
    clients:
      web: {client_id: web, client_secret: s, redirect_uris: ["https://app.example.com/in"]}
    credentials:
      user: {type: oauth2, grant_type: authorization_code, client: web, redirect_uri: "https://app.example.com/In/", login: [{submit: {}}]}
`;
    const places = (rules: string): readonly string[] =>
      found(environmentsOf(file(rules), 'user'), 'production');
    expect([
      places(''),
      places(', redirect_uri_rules: identityserver'),
      places(', redirect_uri_rules: github'),
    ]).to.deep.equal([
      ['redirect_uris of client web, passed: warning redirect-uri-mismatch, possible, 8:87'],
      ['redirect_uris of client web, passed: warning redirect-uri-mismatch, possible, 8:87'],
      ['redirect_uris of client web, passed: warning redirect-uri-mismatch, possible, 8:87'],
    ]);
    const all = redirectUriFindings(environmentsOf(file(''), 'user')[0] as Environment, []);
    expect(all[0]?.findings.map(({ summary }) => summary)).to.deep.equal([
      'Credential user sends the redirect_uri https://app.example.com/In/; client web has https://app.example.com/in, and the two differ in the case of the path and a slash at the end.',
    ]);
    const cased = file(', redirect_uri_rules: identityserver').replace('/In/', '/In');
    const below = file(', redirect_uri_rules: github').replace('/In/', '/in/here');
    expect([cased, below].flatMap((text) => found(environmentsOf(text, 'user'), 'production'))).to.deep.equal(
      [],
    );
  });
});

describe('redirectUriObservations', () => {
  it('are equal where only the own hosts differ, and the port of a native app', () => {
    const environments = two(
      [
        web('https://app.staging.example.com/callback', 'http://localhost:3000/callback'),
        cli('http://127.0.0.1:1/cb', 'com.example.app:/cb'),
      ],
      [web('https://app.example.com/callback'), cli('com.example.app:/cb', 'http://127.0.0.1/cb')],
    );
    expect([observed(environments, 'web'), observed(environments, 'cli')]).to.deep.equal([
      [
        ['/callback', 'https://app.staging.example.com/callback', '6:62'],
        ['/callback', 'https://app.example.com/callback', '12:62'],
      ],
      [
        ['app:/cb http://127.0.0.1/cb', 'http://127.0.0.1:1/cb, com.example.app:/cb', '7:44'],
        ['app:/cb http://127.0.0.1/cb', 'com.example.app:/cb, http://127.0.0.1/cb', '13:44'],
      ],
    ]);
  });

  it('are equal where scheme, host and port are those of the environment, or the scheme those of its app', () => {
    const environments = environmentsOf(`environments:
  local:
    origins: {api: "http://localhost:8080"}
    issuers: {main: "http://localhost:9000"}
    clients:
      web: {client_id: web, client_secret: s, redirect_uris: ["http://localhost:3000/callback"]}
      app: {client_id: app, redirect_uris: ["com.example.app.dev:/cb"]}
  production:
    origins: {api: "https://api.example.com"}
    issuers: {main: "https://login.example.com"}
    clients:
      web: {client_id: web, client_secret: s, redirect_uris: ["https://www.example.com/callback"]}
      app: {client_id: app, redirect_uris: ["com.example.app:/cb"]}
`);
    expect(
      ['web', 'app'].map((client) => (observed(environments, client) as string[][]).map(([value]) => value)),
    ).to.deep.equal([
      ['/callback', '/callback'],
      ['app:/cb', 'app:/cb'],
    ]);
    expect(environments.flatMap(({ name }) => found(environments, name))).to.deep.equal([]);
  });

  it('show no password', () => {
    const uri = 'https://me:hunter2@app.staging.example.com';
    const environments = two([web(`${uri}/callback`, `${uri}/silent`)], [web(`${uri}/callback`)]);
    const told = [
      observed(environments, 'web'),
      environments.map((each) => redirectUriFindings(each, environments)),
    ];
    expect(JSON.stringify(told)).to.include('me:…@app').and.not.include('hunter2');
  });

  it('tell in what they differ', () => {
    const pairs = ['/callback/', '/Callback', '/login/callback', '/callback?a=b'].map((path) =>
      two([web('https://app.staging.example.com/callback')], [web(`https://app.example.com${path}`)]),
    );
    expect(pairs.map((environments) => (observed(environments, 'web') as string[][])[1]?.[1])).to.deep.equal([
      'https://app.example.com/callback/ (not as in staging: a slash at the end)',
      'https://app.example.com/Callback (not as in staging: the case of the path)',
      'https://app.example.com/login/callback (not as in staging: the path)',
      'https://app.example.com/callback?a=b (not as in staging: a query that is not registered)',
    ]);
  });

  it('show the ones that are missing elsewhere, at their place', () => {
    const environments = two(
      [web('https://app.staging.example.com/callback', 'https://app.staging.example.com/silent')],
      [web('https://app.example.com/callback')],
    );
    expect((observed(environments, 'web') as string[][]).map((row) => row.slice(1))).to.deep.equal([
      ['https://app.staging.example.com/silent (not in production)', '6:107'],
      ['https://app.example.com/callback', '11:62'],
    ]);
  });

  it('say nothing of a client that the other environment lacks', () => {
    const environments = two([web('https://app.staging.example.com/callback')], ['ci: {client_id: ci}']);
    expect(observed(environments, 'web')).to.deep.equal([
      ['/callback', 'https://app.staging.example.com/callback', '6:62'],
      [undefined, undefined, 'undefined:undefined'],
    ]);
  });

  it('are of the host of the other environment where it is written here: another finding says so', () => {
    const staging = 'https://app.staging.example.com/callback';
    expect(observed(two([web(staging)], [web(staging)]), 'web')).to.deep.equal([
      ['/callback', staging, '6:62'],
      ['/callback', staging, '11:62'],
    ]);
  });
});
