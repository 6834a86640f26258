import { expect } from 'chai';
import { type Kind, validate } from '../../src/load/validate.ts';
import { parseYaml } from '../../src/load/yaml.ts';

function problemsOf(kind: Kind, text: string): string[] {
  const { value, problems } = parseYaml(text, 'a.yml');
  expect(problems).to.deep.equal([]);
  return validate(kind, value).map(
    ({ code, message, source, fix }) => `${code} ${source?.line}:${source?.column} ${message} | ${fix}`,
  );
}

function step(text: string): string {
  return `steps: [{GET: /, ${text}}]\n`;
}

const duration = 'a duration such as 800ms, 3s, 5m, 1h or 7d';
const later = 'is not supported by this version of why401 yet.';
const anyMethod = 'Write the method as the key, "GET: /path", or "request: {method: NAME, url: /path}".';

type Rows = readonly (readonly [text: string, ...problems: string[]])[];

const scenarios: Rows = [
  [
    'name: x\n',
    'MISSING_KEY 1:1 The file needs the key "steps". | steps: The steps, run in order; after one that fails the others are skipped.',
  ],
  [
    'stps: [{GET: /}]\n',
    'UNKNOWN_KEY 1:1 "stps" is no key that is known at the top of this file. | Did you mean "steps"?',
  ],
  ['steps: []\n', 'EMPTY 1:8 "steps" is empty. | Write a list, or remove the key.'],
  ['steps:\n', 'EMPTY 1:1 "steps" has no value. | Write a list, or remove it.'],
  ['steps: /x\n', 'WRONG_TYPE 1:8 "steps" must be a list, not "/x". | Write a list: [/x]'],
  ['steps:\n  - get: /x\n', 'UNKNOWN_KEY 2:5 "get" is no key that is known in step 1. | Did you mean "GET"?'],
  ['steps:\n  - url: /x\n', `UNKNOWN_KEY 2:5 "url" is no key that is known in step 1. | ${anyMethod}`],
  [
    'steps:\n  - name: x\n',
    'MISSING_KEY 2:5 Step 1 has none of the keys GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, QUERY, request, authorize, token, wait, use. | Write what is sent: "GET: /path".',
  ],
  [
    'steps:\n  - GET: /x\n    POST: /y\n',
    'EXCLUSIVE_KEYS 3:5 "GET" and "POST" cannot stand side by side in step 1. | Make two steps of them.',
  ],
  ['steps:\n  - GET: /x\n  -\n', 'EMPTY 3:4 Step 2 has no value. | Write a map, or remove it.'],
  ['steps: [{GET: /, data: [{a: 1}]}]\n', `NOT_SUPPORTED 1:18 "data" ${later} | Remove it.`],
  ['use: a.yml\nsteps: [{GET: /}]\n', `NOT_SUPPORTED 1:1 "use" ${later} | Remove it.`],
  [
    'steps: [{GET: /, in: {a: {use: b.yml}}}]\n',
    'UNKNOWN_KEY 1:27 "use" cannot stand inside of "in". | Write it beside the outer "in".',
  ],
  [
    'data: rows.csv\nsteps: [{GET: /}]\n',
    'WRONG_TYPE 1:7 "data" must be a list of maps, or {file: rows.csv}, not "rows.csv". | null',
  ],
  [
    'data: [{a.b: 1}]\nsteps: [{GET: /}]\n',
    'WRONG_KEY 1:9 "a.b" cannot be a key of Item 1 of "data". | Write a name of letters, digits, "_" and "-".',
  ],
  ['data: [1]\nsteps: [{GET: /}]\n', 'WRONG_TYPE 1:8 Item 1 of "data" must be a map, not 1. | null'],
  ['steps: [{wait: 3}]\n', `WRONG_TYPE 1:16 "wait" must be ${duration}, not 3. | Add the unit: 3s or 3ms`],
  ['steps: [{wait: 3 s}]\n', `WRONG_VALUE 1:16 "wait" must be ${duration}, not "3 s". | null`],
  [
    'steps: [{request: {method: A B}}]\n',
    'WRONG_VALUE 1:28 "method" must be a method such as PROPFIND, not "A B". | null',
    'MISSING_KEY 1:19 "request" needs the key "url". | Add "url".',
  ],
  [
    'steps: [{authorize: {scope: x}}]\n',
    'MISSING_KEY 1:21 "authorize" needs the key "client". | Add "client".',
  ],
  [step('name: 404'), 'WRONG_TYPE 1:24 "name" must be a text, not 404. | Quote it if text is meant: "404"'],
  [step('only: staging'), 'WRONG_TYPE 1:24 "only" must be a list, not "staging". | Write a list: [staging]'],
  [step('retry: -1'), 'WRONG_VALUE 1:25 "retry" must be a whole number, 0 or more, not -1. | null'],
  [
    step('writes: "true"'),
    'WRONG_TYPE 1:26 "writes" must be true or false, not "true". | Write it without quotes.',
  ],
  [step('headers:'), 'EMPTY 1:18 "headers" has no value. | Write a map, or remove it.'],
  [
    step('body: {json: 1, text: x}'),
    'EXCLUSIVE_KEYS 1:34 "json" and "text" cannot stand side by side in "body". | Keep one of them.',
  ],
  [
    step('body: {jsn: 1}'),
    'UNKNOWN_KEY 1:25 "jsn" is no key that is known in "body". | Did you mean "json"?',
  ],
  [step('body: {}'), 'EMPTY 1:24 "body" is empty. | Write a map, or remove the key.'],
  [
    step('credential: {fault: missing}'),
    'MISSING_KEY 1:30 "credential" needs the key "name". | name: Name of the credential.',
  ],
  [
    step('credential: {name: a, fault: mising}'),
    'WRONG_VALUE 1:47 "fault" must be "missing", "malformed_header", "malformed_token", "tampered_signature", "alg_none", "wrong_scheme", "wrong_audience", "id_token", "duplicate", "expired", "unbound", "replayed_proof", "wrong_htu", "assertion_replayed" or "assertion_audience", not "mising". | Did you mean "missing"?',
  ],
  [
    step('credential: {name: a, fault: {}}'),
    'EMPTY 1:47 "fault" is empty. | Write a text or a map, or remove the key.',
  ],
  [
    step('credential: {name: a, fault: [missing]}'),
    'WRONG_TYPE 1:47 "fault" must be a text or a map, not a list. | null',
  ],
  [
    step('credential: {name: a, fault: {missing: true}}'),
    'UNKNOWN_KEY 1:48 "missing" is no key that is known in "fault". | Known here: other_environment, without_scope, wrong_audience, expired.',
  ],
  [
    step('credential: {name: a, fault: {expired: {}}}'),
    'MISSING_KEY 1:57 "expired" needs the key "token". | token: The token, by reference: "${secret.EXPIRED_TOKEN}".',
  ],
  [
    step('credential: {name: a, fault: {expired: x}}'),
    'WRONG_TYPE 1:57 "expired" must be a map, not "x". | null',
  ],
  [
    step('credential: {name: a, fault: {without_scope: x, other_environment: b}}'),
    'EXCLUSIVE_KEYS 1:66 "without_scope" and "other_environment" cannot stand side by side in "fault". | Keep one of them.',
  ],
  [
    step('credential: {name: a, fault: without_scope}'),
    'WRONG_VALUE 1:47 "fault" must be "missing", "malformed_header", "malformed_token", "tampered_signature", "alg_none", "wrong_scheme", "wrong_audience", "id_token", "duplicate", "expired", "unbound", "replayed_proof", "wrong_htu", "assertion_replayed" or "assertion_audience", not "without_scope". | Write {without_scope: SCOPE}.',
  ],
  [
    step('credential: {name: a, renew: once}'),
    'WRONG_TYPE 1:47 "renew" must be true or false, not "once". | null',
  ],
  [
    step('credential: {name: a, renw: true}'),
    'UNKNOWN_KEY 1:40 "renw" is no key that is known in "credential". | Did you mean "renew"?',
  ],
  [
    step('credential: [a, {nme: b}]'),
    'UNKNOWN_KEY 1:35 "nme" is no key that is known in item 2 of "credential". | Did you mean "name"?',
  ],
  [
    'steps: [{token: {name: a}}]\n',
    'MISSING_KEY 1:17 "token" needs the key "fault". | fault: assertion_replayed or assertion_audience: made wrong in the token request.',
  ],
  ['steps: [{token: [a]}]\n', 'WRONG_TYPE 1:17 "token" must be a text or a map, not a list. | null'],
  [
    step('capture: {x: {json: $.a, cookie: y}}'),
    'EXCLUSIVE_KEYS 1:43 "json" and "cookie" cannot stand side by side in "x". | Keep one of them.',
  ],
  [
    step('capture: {x: {json: $.a, matches: y}}'),
    'MISSING_KEY 1:43 "matches" needs the key "header". | header: Name of a header field of the answer.',
  ],
  [
    step('capture: {1a: $.a}'),
    'WRONG_KEY 1:28 "1a" cannot be a key of "capture". | Write a name of letters, digits, "_" and "-".',
  ],
  [
    step('expect: {status: 20x}'),
    'WRONG_VALUE 1:35 "status" must be a status such as 200, 2xx or [200, 204], not "20x". | null',
  ],
  [
    step('expect: {status: [200, 999]}'),
    'WRONG_VALUE 1:41 Item 2 of "status" must be a status such as 200 or 2xx, not 999. | null',
  ],
  [
    step('expect: {duration: 800}'),
    `WRONG_TYPE 1:37 "duration" must be ${duration}, or a matcher such as {lte: 1h}, not 800. | Add the unit: 800s or 800ms`,
  ],
  [
    step('in: {a: {only: [b], expect: {in: {}}}}'),
    'UNKNOWN_KEY 1:27 "only" cannot stand inside of "in". | Write it beside the outer "in".',
  ],
  [
    step('capture: {x: {matches: y}}'),
    'MISSING_KEY 1:31 "x" has none of the keys json, header, cookie, location, html, body. | Write one of them.',
  ],
  [
    'GET: /x\nexpect: {}\n',
    'UNKNOWN_KEY 1:1 "GET" is no key that is known at the top of this file. | It belongs to a step: "steps: [{GET: /path}]".',
    'UNKNOWN_KEY 2:1 "expect" is no key that is known at the top of this file. | It belongs to a step.',
  ],
  [
    'name: a\nsteps:\n  - GET: /x\n    heders: {}\n  - wait: soon\nbefore: []\n',
    `NOT_SUPPORTED 6:1 "before" ${later} | Remove it.`,
    'UNKNOWN_KEY 4:5 "heders" is no key that is known in step 1. | Did you mean "headers"?',
    `WRONG_VALUE 5:11 "wait" must be ${duration}, not "soon". | null`,
  ],
];

function environment(text: string): string {
  return `environments: {a: {${text}}}\n`;
}
function credential(text: string): string {
  return `environments: {a: {}}\ncredentials: {c: {${text}}}\n`;
}

const types =
  '"bearer", "basic", "api_key", "digest", "hmac", "self_signed_jwt", "aws_sigv4", "http_signature", "oauth2", "session", "ci_oidc" or "command"';
const projects: Rows = [
  [
    'credentials: {}\n',
    'MISSING_KEY 1:1 The file needs the key "environments". | environments: The environments by name, for example staging and production. An environment has what differs; what is common stands once beside it.',
  ],
  [
    'enviroments: {a: {}}\n',
    'UNKNOWN_KEY 1:1 "enviroments" is no key that is known at the top of this file. | Did you mean "environments"?',
  ],
  ['environments: {}\n', 'EMPTY 1:15 "environments" is empty. | Write a map, or remove the key.'],
  ['environments: {a: }\n', 'EMPTY 1:16 "a" has no value. | Write a map, or remove it.'],
  [
    'environments: {a: {}}\ncompare: {differs: [{what: token.lifetime}]}\n',
    'MISSING_KEY 2:21 Item 1 of "differs" needs the key "reason". | reason: Why it is meant so, for those who read the report.',
  ],
  [
    'environments: {a: {}}\ncompare: {differs: [{what: token.lifetime, reason: " ", until: soon}]}\n',
    'WRONG_VALUE 2:52 "reason" must be the reason why it is meant so, not " ". | null',
    'WRONG_VALUE 2:64 "until" must be a day such as 2027-01-31, not "soon". | null',
  ],
  [
    environment('isuers: {}'),
    'UNKNOWN_KEY 1:20 "isuers" is no key that is known in "a". | Did you mean "issuers"?',
  ],
  [
    environment('protected: no'),
    'WRONG_TYPE 1:31 "protected" must be true or false, not "no". | Write false: in YAML 1.2 "no" is a text.',
  ],
  [
    environment('origins: {x: https://a.example.com/v1}'),
    'WRONG_VALUE 1:33 "x" must be an origin such as https://api.example.com, not "https://a.example.com/v1". | Write https://a.example.com: a path belongs to the target of a step.',
  ],
  [
    environment('proxy: null'),
    'EMPTY 1:20 "proxy" has no value. | Write a URL such as http://proxy.internal:3128, or remove it.',
  ],
  [
    environment('connect_to: {a: "b:1"}'),
    'WRONG_KEY 1:33 "a" cannot be a key of "connect_to". | Write host and port, such as "api.example.com:443".',
  ],
  [
    environment('issuers: {m: {discovery: odic}}'),
    'WRONG_VALUE 1:45 "discovery" must be "oidc", "oauth2" or "none", not "odic". | Did you mean "oidc"?',
  ],
  [
    environment('clients: {w: {token_endpoint_auth_method: private_key_jwtt, jwkss: {}}}'),
    'UNKNOWN_KEY 1:80 "jwkss" is no key that is known in "w". | Did you mean "jwks"?',
    'WRONG_VALUE 1:62 "token_endpoint_auth_method" must be "none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth" or "self_signed_tls_client_auth", not "private_key_jwtt". | Did you mean "private_key_jwt"?',
  ],
  [
    environment('clients: {w: {assertion_lifetime: 60}}'),
    'WRONG_TYPE 1:54 "assertion_lifetime" must be a duration such as 30s or 5m, not 60. | Add the unit: 60s or 60ms',
  ],
  [
    environment('clients: {w: {dpop_bound_access_tokens: "true"}}'),
    'WRONG_TYPE 1:60 "dpop_bound_access_tokens" must be true or false, not "true". | Write it without quotes.',
  ],
  [
    environment('experiments: {budget: many}'),
    'WRONG_TYPE 1:42 "budget" must be a whole number, 0 or more, not "many". | null',
  ],
  [
    credential('type: apikey'),
    `WRONG_VALUE 2:25 "type" must be ${types}, not "apikey". | Did you mean "api_key"?`,
  ],
  [
    credential('type: oauth1'),
    'NOT_SUPPORTED 2:25 "type: oauth1" is not supported by this version of why401 yet. | Write "bearer", "basic", "api_key", "digest", "hmac", "self_signed_jwt", "aws_sigv4", "http_signature", "oauth2", "session", "ci_oidc" or "command".',
  ],
  [
    credential('type: digest, token: x'),
    'UNKNOWN_KEY 2:33 "token" is no key that is known in "c". | Known here: type, username, password.',
  ],
  [
    credential('type: hmac, algorithm: md5'),
    'WRONG_VALUE 2:42 "algorithm" must be "sha1", "sha256", "sha384" or "sha512", not "md5". | null',
  ],
  [
    credential('type: hmac, headers: [x-time]'),
    'WRONG_TYPE 2:40 "headers" must be a map, not a list. | null',
  ],
  [
    credential('type: self_signed_jwt, lifetime: 300'),
    'WRONG_TYPE 2:52 "lifetime" must be a duration such as 30s or 5m, not 300. | Add the unit: 300s or 300ms',
  ],
  [
    credential('type: self_signed_jwt, lifetime: 5 min'),
    'WRONG_VALUE 2:52 "lifetime" must be a duration such as 30s or 5m, not "5 min". | null',
  ],
  [
    credential('type: self_signed_jwt, clams: {}'),
    'UNKNOWN_KEY 2:42 "clams" is no key that is known in "c". | Did you mean "claims"?',
  ],
  [
    credential('type: aws_sigv4, region: [eu-1]'),
    'WRONG_TYPE 2:44 "region" must be a text or a number, not a list. | null',
  ],
  [
    credential('type: http_signature, components: "@method"'),
    'WRONG_TYPE 2:53 "components" must be a list, not "@method". | Write a list: [@method]',
  ],
  [
    credential('type: http_signature, digest: sha-1'),
    'WRONG_VALUE 2:49 "digest" must be "sha-256" or "sha-512", not "sha-1". | null',
  ],
  [credential('type: session, login: {GET: /}'), 'WRONG_TYPE 2:41 "login" must be a list, not a map. | null'],
  [
    credential('type: session, login: [{GET: /, submit: {}}]'),
    'EXCLUSIVE_KEYS 2:51 "GET" and "submit" cannot stand side by side in item 1 of "login". | Make two steps of them.',
  ],
  [
    credential('type: session, login: [{name: x}]'),
    'MISSING_KEY 2:42 Item 1 of "login" has none of the keys GET, submit. | Write what is sent: "GET: /path".',
  ],
  [
    credential('type: session, login: [{submit: {feilds: {}}}]'),
    'UNKNOWN_KEY 2:52 "feilds" is no key that is known in "submit". | Did you mean "fields"?',
  ],
  [
    credential('type: session, alive: {status: 200}'),
    'MISSING_KEY 2:41 "alive" needs the key "GET". | GET: What is asked.',
  ],
  [
    credential('type: ci_oidc, provider: jenkins'),
    'WRONG_VALUE 2:44 "provider" must be "github" or "gitlab", not "jenkins". | null',
  ],
  [
    credential('type: command, command: echo x'),
    'WRONG_TYPE 2:43 "command" must be a list, not "echo x". | Write a list: [echo x]',
  ],
  [
    credential('type: command, timeout: 10'),
    'WRONG_TYPE 2:43 "timeout" must be a duration such as 30s or 5m, not 10. | Add the unit: 10s or 10ms',
  ],
  [
    credential('type: oauth2, max_age: 1h'),
    'WRONG_TYPE 2:42 "max_age" must be a whole number, 0 or more, not "1h". | null',
  ],
  [
    credential('type: oauth2, subject_token: {credental: a}'),
    'UNKNOWN_KEY 2:49 "credental" is no key that is known in "subject_token". | Did you mean "credential"?',
  ],
  [
    credential('type: basic, token: x'),
    'UNKNOWN_KEY 2:32 "token" is no key that is known in "c". | Known here: type, username, password.',
  ],
  [
    credential('type: basic, pasword: x'),
    'UNKNOWN_KEY 2:32 "pasword" is no key that is known in "c". | Did you mean "password"?',
  ],
  [
    credential('type: oauth2, grant_type: implicit'),
    'WRONG_VALUE 2:45 "grant_type" must be "client_credentials", "refresh_token", "password", "authorization_code", "device_code", "urn:ietf:params:oauth:grant-type:device_code", "token_exchange", "urn:ietf:params:oauth:grant-type:token-exchange", "jwt_bearer" or "urn:ietf:params:oauth:grant-type:jwt-bearer", not "implicit". | null',
  ],
  [credential('tokn: x'), 'UNKNOWN_KEY 2:19 "tokn" is no key that is known in "c". | Did you mean "token"?'],
  [
    'environments: {a: {}}\ncredentials: {none: {type: bearer}}\n',
    'WRONG_KEY 2:15 "none" cannot be a key of "credentials". | Write another name: "credential: none" means that none is sent.',
  ],
];

const accepted: readonly (readonly [kind: Kind, what: string, text: string])[] = [
  [
    'scenario',
    'templates in the place of numbers and durations',
    step(
      'timeout: "${t}", retry: "${n}", redirect: {max: "${n}"}, expect: {status: "${s}", duration: "${d}"}',
    ),
  ],
  [
    'scenario',
    'overrides that take a key away',
    step(
      'headers: {a: 1}, in: {p: {headers: {a: null}, body: null}}, expect: {status: 200, in: {p: {status: null}}}',
    ),
  ],
  [
    'scenario',
    'part of a request in an override',
    'steps: [{request: {method: A, url: /}, in: {p: {request: {url: /b}}}}]\nin: {p: {variables: {a: null}}}\n',
  ],
  [
    'scenario',
    'further authorization request parameters',
    'steps: [{authorize: {client: web, redirect_uri: all, scope: openid, acr_values: x, max_age: 0}}]\n',
  ],
  [
    'scenario',
    'every kind of capture',
    step(
      'capture: {a: $.x, b: {json: $.y, secret: true}, c: {header: link, matches: x}, d: {cookie: z}, e: {location: code}, f: {html: form, attribute: action}, g: {body: {matches: x}}}',
    ),
  ],
  [
    'scenario',
    'credentials with a fault or a renewal, alone and in lists',
    'credential: {name: a, renew: true}\nsteps: [{GET: /, credential: [a, {name: b, fault: missing}]}, {GET: /, credential: {name: b, fault: {expired: {token: "${secret.X}"}}}}, {token: {name: c, fault: assertion_replayed}}]\n',
  ],
  [
    'project',
    'a login, a command and a key in part',
    'environments: {a: {credentials: {s: {alive: {GET: /me, status: 2xx}}}}}\ncredentials: {s: {type: session, login: [{GET: /login}, {submit: {form: "#f", fields: {a: 1}}, when: "#f"}]}, c: {type: command, command: [echo, x], timeout: 5s, lifetime: 5m}, k: {type: hmac, over: "${body}"}}\n',
  ],
  [
    'scenario',
    'the credential "none" and lists',
    'credential: [a, b]\nsteps: [{GET: /, credential: none}, {token: a}, {wait: 3s}]\n',
  ],
  [
    'project',
    'null in an environment that extends another one',
    'environments: {a: {proxy: "http://p:1"}, b: {extends: a, default: false, proxy: null, tls: null}}\n',
  ],
  [
    'project',
    'credentials in part',
    'environments: {a: {credentials: {legacy: {password: "${secret.X}"}}}}\ncredentials: {legacy: {type: basic, username: ci}}\n',
  ],
];

describe('validate', () => {
  for (const [kind, rows] of [
    ['scenario', scenarios],
    ['project', projects],
  ] as const) {
    for (const [text, ...problems] of rows) {
      it(`tells what is wrong with the ${kind} ${JSON.stringify(text)}`, () => {
        expect(problemsOf(kind, text)).to.deep.equal(problems);
      });
    }
  }

  for (const [kind, what, text] of accepted) {
    it(`accepts in a ${kind} ${what}`, () => {
      expect(problemsOf(kind, text)).to.deep.equal([]);
    });
  }

  it('tells thousands of mistakes, in a time that grows with their number', () => {
    const steps = Array.from({ length: 30_000 }, () => '  - GTE: /x\n').join('');
    expect(problemsOf('scenario', `steps:\n${steps}`)).to.deep.equal(
      Array.from(
        { length: 30_000 },
        (_, at) =>
          `UNKNOWN_KEY ${at + 2}:5 "GTE" is no key that is known in step ${at + 1}. | Did you mean "GET"?`,
      ),
    );
  });

  it('takes __proto__ for an unknown key', () => {
    expect(problemsOf('scenario', '__proto__: {}\nsteps: [{GET: /}]\n')).to.deep.equal([
      'UNKNOWN_KEY 1:1 "__proto__" is no key that is known at the top of this file. | Known here: name, tags, only, credential, variables, data, steps, in.',
    ]);
  });
});
