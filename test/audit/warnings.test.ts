import { expect } from 'chai';
import type { Seen } from '../../src/audit/seen.ts';
import { warningsOf } from '../../src/audit/warnings/warnings.ts';
import { createRedactor } from '../../src/secret.ts';
import { now, production, step } from '../diagnose/subjects.ts';
import { claims, type HopParts, seen, unix, use } from './hops.ts';

const login = 'https://login.example.test';
const token = { access_token: 'opaque', token_type: 'Bearer', expires_in: 300 };
const tokenRequest: HopParts = {
  role: 'token',
  url: `${login}/token`,
  form: { grant_type: 'client_credentials', scope: 'orders:read orders:write' },
  headers: { 'Cache-Control': 'no-store' },
  body: token,
};
const bearer = { Authorization: 'Bearer [secret:reader]' };
const page = '<html><form><input name=user><input type="password" name=pw></form></html>';
const html = { 'Content-Type': 'text/html' };
const value = 'tok-4f9a0c2b7d1e';

interface Case {
  readonly title: string;
  readonly parts: HopParts;
  /** Id, certainty and summary of each. */
  readonly warns: readonly (readonly [string, string, string])[];
}

const api = 'https://api.example.test';
const cases: readonly Case[] = [
  {
    title: 'a token that passes by the leeway of the server',
    parts: { token: { claims: { ...claims, exp: unix - 20 } } },
    warns: [
      [
        'token-expired',
        'certain',
        `${api} answered 200 to the token of reader, which had expired shortly before.`,
      ],
    ],
  },
  {
    title: 'a token that passes long after its end',
    parts: { token: { claims: { ...claims, exp: unix - 900 } } },
    warns: [
      [
        'token-expired',
        'certain',
        `${api} answered 200 to the token of reader, which had expired over five minutes before.`,
      ],
    ],
  },
  {
    title: 'nothing of an expired token that was refused',
    parts: {
      status: 401,
      token: { claims: { ...claims, exp: unix - 20 } },
      headers: { 'WWW-Authenticate': 'Bearer' },
    },
    warns: [],
  },
  {
    title: 'a token from outside that is about to end',
    parts: { token: { claims: { ...claims, exp: unix + 30 } } },
    warns: [
      [
        'token-expires-soon',
        'certain',
        `The token of reader had less than a minute left when it was sent to ${api}.`,
      ],
    ],
  },
  {
    title: 'nothing of a fetched token that is about to end, since it is renewed',
    parts: { token: { claims: { ...claims, exp: unix + 30 } }, obtained: true },
    warns: [],
  },
  {
    title: 'a lifetime in milliseconds',
    parts: { token: { claims: { ...claims, exp: now + 3_600_000 } } },
    warns: [
      [
        'token-lifetime-wrong',
        'certain',
        `The token of reader has ${now + 3_600_000} in exp, which is no time in seconds.`,
      ],
    ],
  },
  {
    title: 'an expires_in that is a time',
    parts: { ...tokenRequest, body: { ...token, expires_in: unix } },
    warns: [
      [
        'token-lifetime-wrong',
        'certain',
        `${login} gave a token with expires_in ${unix}, which is no lifetime in seconds.`,
      ],
    ],
  },
  {
    title: 'scope that was dropped',
    parts: { ...tokenRequest, body: { ...token, scope: 'orders:read' } },
    warns: [
      ['scope-dropped', 'certain', `${login} granted less scope than was asked for: without orders:write.`],
    ],
  },
  {
    title: 'nothing of scopes whose effect is in the answer',
    parts: {
      ...tokenRequest,
      form: { grant_type: 'authorization_code', scope: 'openid offline_access a' },
      body: { ...token, scope: 'a', refresh_token: 'r', id_token: 'i' },
    },
    warns: [],
  },
  { title: 'nothing of a good token answer', parts: tokenRequest, warns: [] },
  {
    title: 'an error with 200',
    parts: { ...tokenRequest, body: { error: 'bad_verification_code' } },
    warns: [
      [
        'token-error-status',
        'certain',
        `${login} answered the error bad_verification_code with 200, which reads as success.`,
      ],
    ],
  },
  {
    title: 'a token answer without no-store',
    parts: { ...tokenRequest, headers: {} },
    warns: [['token-cache-control', 'certain', `${login} gives tokens without Cache-Control: no-store.`]],
  },
  {
    title: 'a POST that became a GET',
    parts: {
      method: 'POST',
      url: 'https://api.example.test/orders',
      status: 302,
      headers: { Location: '/orders/' },
      next: { url: 'https://api.example.test/orders/' },
    },
    warns: [
      [
        'method-changed-by-redirect',
        'certain',
        `${api} answered the POST with 302, so what passed is a GET without the body.`,
      ],
    ],
  },
  {
    title: 'nothing of a login that leads on',
    parts: {
      url: 'https://app.example.test/login',
      form: { user: 'a' },
      status: 303,
      headers: { Location: '/home' },
      next: { url: 'https://app.example.test/home' },
    },
    warns: [],
  },
  {
    title: 'a credential in clear before the redirect',
    parts: {
      url: 'http://api.example.test/orders',
      token: { claims },
      status: 301,
      headers: { Location: `${api}/orders` },
      next: { url: `${api}/orders` },
    },
    warns: [
      [
        'bearer-tls',
        'certain',
        'reader was sent to http://api.example.test in clear, before the redirect to https.',
      ],
    ],
  },
  {
    title: 'a Refresh that browsers follow',
    parts: { sent: bearer, headers: { Refresh: '0; url=/welcome?code=1' } },
    warns: [
      [
        'redirect-unexpected',
        'likely',
        `${api} answered 200 with a Refresh: browsers go to ${api}/welcome at once, other clients stay.`,
      ],
    ],
  },
  {
    title: 'a page that refreshes to another one',
    parts: {
      sent: bearer,
      headers: html,
      body: '<html><meta http-equiv=refresh content="3;//www.example.test/">',
    },
    warns: [
      [
        'redirect-unexpected',
        'likely',
        `${api} answered 200 with a Refresh: browsers go to https://www.example.test/ after 3 s, other clients stay.`,
      ],
    ],
  },
  {
    title: 'nothing of a page that loads itself again, and of one that waits for a reader',
    parts: {
      sent: bearer,
      headers: { ...html, Refresh: '30; url=/next' },
      body: '<meta http-equiv=refresh content=2>',
    },
    warns: [],
  },
  {
    title: 'nothing of a Refresh of a page that was asked for without a credential',
    parts: { headers: { Refresh: '0; url=/welcome' } },
    warns: [],
  },
  {
    title: 'nothing of one that never left the machine',
    parts: { url: 'http://localhost:8080/orders', token: { claims } },
    warns: [],
  },
  {
    title: 'an answer of a cache',
    parts: { sent: bearer, headers: { Age: '31', 'Cache-Control': 'max-age=60' } },
    warns: [
      [
        'cached-response',
        'certain',
        `The answer of ${api} to a credential came from a cache, and nothing says that it tells credentials apart.`,
      ],
    ],
  },
  {
    title: 'nothing of a cache that tells credentials apart',
    parts: { sent: bearer, headers: { Age: '31', Vary: 'Accept, Authorization' } },
    warns: [],
  },
  { title: 'nothing of a public answer of a cache', parts: { headers: { Age: '31' } }, warns: [] },
  {
    title: 'a login page where a credential was sent',
    parts: { sent: bearer, headers: html, body: page },
    warns: [
      [
        'login-redirect',
        'likely',
        `${api} answered 200 with a login page: the step passes, and nothing was read.`,
      ],
    ],
  },
  {
    title: 'a login page that is labelled as JSON',
    parts: { headers: { 'Content-Type': 'application/json' }, body: page },
    warns: [
      [
        'login-redirect',
        'likely',
        `${api} answered 200 with a login page: the step passes, and nothing was read.`,
      ],
    ],
  },
  {
    title: 'nothing of a page behind Basic',
    parts: { sent: { Authorization: 'Basic [secret:reader]' }, headers: html, body: page },
    warns: [],
  },
  {
    title: 'nothing of a form to change a password',
    parts: { sent: bearer, headers: html, body: `${page}${page}` },
    warns: [],
  },
  { title: 'nothing of a login page that was asked for', parts: { headers: html, body: page }, warns: [] },
  {
    title: 'a 401 without challenge',
    parts: { status: 401 },
    warns: [['http-401-no-www-authenticate', 'certain', `${api} answers 401 without WWW-Authenticate.`]],
  },
  {
    title: '401 where 403 is due',
    parts: { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="a"' } },
    warns: [
      [
        'bearer-scope-403',
        'certain',
        `${api} answers insufficient_scope with 401; the token is valid, so 403 is due.`,
      ],
    ],
  },
  {
    title: '403 where 401 is due',
    parts: { status: 403, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } },
    warns: [
      [
        'bearer-invalid-token-401',
        'certain',
        `${api} answers invalid_token with 403; 401 is due, on which clients renew the token.`,
      ],
    ],
  },
  {
    title: 'a credential in the body',
    parts: {
      sent: bearer,
      uses: [use(null, false)],
      body: { headers: { authorization: `Bearer ${value}` } },
    },
    warns: [
      [
        'credential-echoed',
        'certain',
        `${api} sends the credential back: [secret:reader] is in the body of its answer.`,
      ],
    ],
  },
  {
    title: 'a credential in a Location',
    parts: { sent: bearer, status: 302, headers: { Location: `/next?access_token=${value}` } },
    warns: [
      [
        'credential-echoed',
        'certain',
        `${api} sends the credential back: [secret:reader] is in the location of its answer.`,
      ],
    ],
  },
  {
    title: 'nothing of another secret in the body',
    parts: { sent: bearer, body: { csrf: 'csrf-0123456789' } },
    warns: [],
  },
  {
    title: 'nothing of a short secret, which is a word',
    parts: { sent: { 'X-Api-Key': '[secret:demo]' }, body: { name: 'demo' } },
    warns: [],
  },
  {
    title: 'nothing of text that looks like a redacted credential',
    parts: { sent: bearer, body: { note: '[secret:reader]' } },
    warns: [],
  },
  {
    title: 'a clock that is wrong',
    parts: { headers: { Date: new Date(now - 95_000).toUTCString() } },
    warns: [['clock-skew', 'certain', `By its Date the clock of ${api} is 95 s behind ours.`]],
  },
  {
    title: 'a cookie that nobody keeps',
    parts: {
      refused: [
        {
          name: 'sid',
          rule: 'secure-from-http',
          section: 'RFC 6265bis section 5.7',
          reason: 'It is Secure and came over plain http (RFC 6265bis section 5.7).',
        },
      ],
    },
    warns: [
      [
        'cookie-rejected',
        'certain',
        `${api} sets sid, not kept by the rules of browsers: it is Secure and came over plain http (RFC 6265bis section 5.7).`,
      ],
    ],
  },
];

describe('warningsOf', () => {
  for (const { title, parts, warns } of cases) {
    it(`tells ${title}`, () => {
      expect(warned(seen(parts))).to.deep.equal(warns);
    });
  }

  it('tells what several hops show once', () => {
    const hop = seen({ status: 401 });
    expect(warned(hop, hop)).to.have.length(1);
  });

  it('tells of a request in clear to a host that has asked for https', () => {
    const strict = { 'Strict-Transport-Security': 'max-age=600' };
    const http = { url: 'http://api.example.test/orders', sent: bearer };
    const evidence = (headers: Record<string, string>): unknown =>
      all(seen({ sent: bearer, headers }), seen(http)).map((finding) => finding.evidence.at(-1));
    expect([evidence(strict), evidence({})]).to.deep.equal([
      [
        {
          hop: 1,
          field: 'strict-transport-security',
          seen: 'api.example.test asked for https in this step: a browser would not have sent this request in clear',
        },
      ],
      [{ hop: 1, field: 'request', seen: 'GET /orders' }],
    ]);
  });

  it('gives evidence, a fix and references with each, and no value of a credential', () => {
    const findings = cases.flatMap(({ parts }) => all(seen(parts)));
    for (const finding of findings) {
      expect(finding).to.include({ severity: 'warning', expected: false, environment: 'production' });
      expect(finding.fix).not.to.equal('');
      expect(finding.evidence).not.to.deep.equal([]);
      expect(finding.references).not.to.deep.equal([]);
      expect((finding.cause === null) !== (finding.check === null)).to.equal(true);
    }
    expect(JSON.stringify(findings)).not.to.include(value);
  });
});

function all(...hops: readonly Seen[]): ReturnType<typeof warningsOf>[number]['finding'][] {
  const redactor = createRedactor();
  redactor.learn('reader', value);
  redactor.learn('demo', 'demo');
  redactor.learn('csrf', 'csrf-0123456789');
  const redact = (text: string): string => redactor.redact(text);
  return warningsOf({ environment: production, step, hops, redact }).map(({ finding }) => finding);
}

function warned(...hops: readonly Seen[]): (readonly [string, string, string])[] {
  return all(...hops).map(({ cause, check, certainty, summary }) => [
    cause ?? check ?? '',
    certainty,
    summary,
  ]);
}
