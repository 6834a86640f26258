/** What requests and answers name themselves is secret, though no credential has it. */
import { expect } from 'chai';
import { learnFrom } from '../../src/report/known-fields.ts';
import { createRedactor } from '../../src/secret.ts';
import { exchange } from '../support/runs.ts';

const value = 'Zq3/9fK+x7Lm2Pw8Rt5v==';
const percent = encodeURIComponent(value);
const jwt = [{ alg: 'RS256' }, { iss: 'https://login.example.test' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
  .join('.');
const url = 'https://api.example.test/';
type Hop = Parameters<typeof exchange>[1][number];
const answer = (headers: Hop['headers'], body = ''): Hop => ({
  url,
  status: 302,
  headers: headers ?? [],
  body,
});
const pushed = 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c';

const holders: Readonly<Record<string, readonly [Hop, string]>> = {
  'Location, a code': [answer([['Location', `/cb?code=${percent}&state=x`]]), value],
  'Location, a token in a fragment': [
    answer([['Location', `/cb#access_token=${percent}&token_type=Bearer`]]),
    value,
  ],
  'Location, a session id of a segment': [
    answer([['Location', '/a;jsessionid=8FA3C1D2E4B5A69788FA3C1D?x=1']]),
    '8FA3C1D2E4B5A69788FA3C1D',
  ],
  'Location, a SAML artifact': [answer([['Location', `/acs?SAMLart=${percent}`]]), value],
  'Location, a pushed request': [
    answer([['Location', `/authorize?request_uri=${encodeURIComponent(pushed)}`]]),
    pushed,
  ],
  'Location, a password of its userinfo': [
    answer([['Location', 'https://ci:pass-w0rd@a.example.test/']]),
    'pass-w0rd',
  ],
  'Set-Cookie': [answer([['Set-Cookie', `sid=${value}; Path=/`]]), value],
  'JSON, a token': [answer([], `{"access_token": "${value}"}`), value],
  'JSON, as programs name it': [answer([], `{"refreshToken":"${value.replaceAll('/', '\\/')}"}`), value],
  'JSON, letters that are no words': [answer([], '{"token": "wfcCkAiqulqM8tIPQk"}'), 'wfcCkAiqulqM8tIPQk'],
  'JSON, a pushed request': [answer([], `{"request_uri": "${pushed}", "expires_in": 60}`), pushed],
  'a form, value first': [answer([], `<input type=hidden value="${value}" name="SAMLResponse">`), value],
  'a form, escaped': [answer([], `<input name='_csrf' value='${value.replaceAll('+', '&#43;')}'/>`), value],
  'Location, a token of another name': [answer([['Location', `/reset;api_key=${percent}`]]), value],
  'Location, a token instead of a user': [
    answer([['Location', 'https://8FA3C1D2E4B5A69788FA3C1D@a.example.test/']]),
    '8FA3C1D2E4B5A69788FA3C1D',
  ],
  'Location, a JWT in the path': [answer([['Location', `/end/${jwt}/x`]]), jwt],
  'Location, JSON of a state': [
    answer([['Location', `/cb?state=${Buffer.from(`{"access_token":"${value}"}`).toString('base64url')}`]]),
    value,
  ],
  'Set-Cookie, a session id that is signed': [
    answer([['Set-Cookie', 'sid=s%3A8FA3C1D2E4B5A69788FA3C1D.AbC%2B; Path=/']]),
    '8FA3C1D2E4B5A69788FA3C1D',
  ],
  'Set-Cookie, JSON': [
    answer([['Set-Cookie', `a=${encodeURIComponent(JSON.stringify({ id_token: value }))}; Path=/`]]),
    value,
  ],
  'a page, a code of a login': [
    answer([], '<form action="/login?session_code=8FA3C1D2E4B5A69788FA3C1D&amp;tab=1">'),
    '8FA3C1D2E4B5A69788FA3C1D',
  ],
  'a field of a token': [answer([['X-Auth-Token', value]]), value],
  'a field that a proxy renamed': [answer([['X-Amzn-Remapped-Authorization', `Bearer ${value}`]]), value],
  Link: [answer([['Link', `</x?access_token=${percent}>; rel="next"`]]), value],
  'a challenge that quotes the token': [
    answer([['WWW-Authenticate', `Bearer error_description="token ${value} is over"`]]),
    value,
  ],
  'JSON of other names': [answer([], `{"data":{"session-id":'${value}'}}`), value],
  'JSON, a list': [answer([], `{"token": ["${value}"]}`), value],
  'JSON, a name with an escape': [answer([], `{"access\\u005ftoken":"${value}"}`), value],
  'JSON in JSON in JSON': [
    answer([], JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ AccessToken: value }) }) })),
    value,
  ],
  'JSON, a pair': [answer([], `{"name":"refresh_token","value":"${value}"}`), value],
  'JSON, a private key': [
    answer([], `{"kty":"EC","d":"8FA3C1D2E4B5A69788FA3C1D"}`),
    '8FA3C1D2E4B5A69788FA3C1D',
  ],
  'a JWT in a text': [answer([], `the token ${jwt} is bad`), jwt],
  'a claim of a JWT': [
    answer([], `.${Buffer.from(`{"iss":"x","refresh_token":"${value}"}`).toString('base64url')}.`),
    value,
  ],
  'a private key': [
    answer(
      [],
      '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQ\n-----END PRIVATE KEY-----',
    ),
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQ',
  ],
  'a form that is sent back': [answer([], `access_token=${percent}&scope=a+b`), value],
  'a multipart body': [
    answer([], `--b\r\nContent-Disposition: form-data; name="id_token"\r\n\r\n${value}\r\n--b--`),
    value,
  ],
  'an element': [answer([], `<r><s:Access-Token type="x">${value}</s:Access-Token></r>`), value],
  'an attribute': [answer([], `<div data-access-token="${value}">`), value],
  'a meta element': [answer([], `<meta name="csrf-token" content="${value}">`), value],
  'a form in capitals': [answer([], `<INPUT VALUE='${value}' NAME=id_token>`), value],
  'a page, an address': [
    answer([], `<form action="/login;jsessionid=8FA3C1D2E4B5A69788FA3C1D">`),
    '8FA3C1D2E4B5A69788FA3C1D',
  ],
  'a page, a program': [answer([], `<script>var apiKey = '${value}';</script>`), value],
  YAML: [answer([], `access_token: ${value}\n`), value],
  'a text that quotes a field': [answer([], `you sent Authorization: Bearer ${value}.`), value],
  'a request, its address': [{ url: `${url}?access_token=${percent}` }, value],
  'a request, a key': [{ url, sent: [['X-Api-Key', value]] }, value],
  'a request, Authorization': [{ url, sent: [['Authorization', `Bearer ${value}`]] }, value],
  'a request, Cookie': [{ url, sent: [['Cookie', `a=1; sid=${value}`]] }, value],
};

/** What explains, beside names that tell. */
const ordinary: readonly string[] = [
  '{"errors": {"password": ["must be at least 12 characters"], "token": "is-missing-or-malformed"}}',
  '{"error_description": "The token: expired at 2026-11-29T08:16:02Z", "token": "invalid_token_provided"}',
  '{"nextPageToken": "CAUQAA8f3b2c1d4e5f", "key": "orders/3fa85f64-5717-4562-b3fc-2c963f66afa6"}',
  '{"message": "Missing Authentication Token", "request_id": "b3fc2c963f66afa63fa85f64"}',
  '{"token_endpoint": "https://login.example.test/v2.0/token", "grant_types": ["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]}',
  '{"issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "session_state": "3fa85f64-5717-4562-b3fc-2c963f66afa6"}',
  '{"reason": "ACCESS_TOKEN_EXPIRED_V2_2024", "credential": "OAuth2CredentialProvider", "auth": "oauth2_client_credentials_v2"}',
  '<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIDEXAMPLE1234567890</AWSAccessKeyId></Error>',
  '<form action="/login?client_id=web&tab_id=Zq39fKx7Lm2Pw8"><input type="password" name="password" autocomplete="current-password">',
  'Bearer realm="orders-2024-production-v2", authorization_uri="https://login.example.test/3fa85f64-5717-4562/authorize"',
  '/authorize?state=af0ifjsldkjaf0ifjsldkj12&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  '/login?session=expired&auth=required_by_policy_v2&return=%2Forders%2F3fa85f64-5717-4562-b3fc-2c963f66afa6',
];

/** Where RFC 6749 puts a token, it is one, whatever it looks like. */
const places: Readonly<Record<string, (token: string) => Hop>> = {
  'a fragment': (token) => answer([['Location', `/cb#access_token=${encodeURIComponent(token)}&state=x`]]),
  'a query': (token) => answer([['Location', `/cb?id_token=${encodeURIComponent(token)}`]]),
  JSON: (token) => answer([], JSON.stringify({ refresh_token: token, scope: 'a' })),
  'a form': (token) => answer([], `access_token=${encodeURIComponent(token)}&token_type=bearer`),
};
const looks = [
  'wfcCkAiqulqM8t+IPQkp/+',
  'tokenoftheproductionserver',
  '2026112900000017',
  'a-b-c-d-e-f-g-h-i-j',
];

describe('learnFrom', () => {
  for (const [place, hop] of Object.entries(places)) {
    it(`learns any token from ${place}`, () => {
      const shown = looks.map((token) => {
        const redactor = createRedactor();
        learnFrom([exchange('staging', [hop(token)])], redactor);
        return redactor.redact(`is ${token} there`).replace(/\[secret:[^\]]+\]/, '*');
      });
      expect(shown).to.deep.equal(looks.map(() => 'is * there'));
    });
  }

  for (const [name, [hop, secret]] of Object.entries(holders)) {
    it(`learns from ${name}`, () => {
      const redactor = createRedactor();
      learnFrom([exchange('staging', [hop])], redactor);
      expect(redactor.redact(`is ${secret} there`)).to.match(/^is \[secret:[^\]]+\] there$/);
    });
  }

  it('leaves what explains', () => {
    const redactor = createRedactor();
    const challenge = 'Bearer realm="orders-of-everybody", error="invalid_token"';
    const hop = answer(
      [
        ['Location', '/login?state=a-state-of-the-login&request_uri=https://app.example.test/request.jwt'],
        ['WWW-Authenticate', challenge],
      ],
      '{"code": "a-code-of-an-error-in-json", "error_description": "the token has expired since"}',
    );
    learnFrom([exchange('staging', [hop])], redactor);
    const shown = JSON.stringify(hop);
    expect(redactor.redact(shown)).to.equal(shown);
  });

  for (const body of ordinary) {
    it(`leaves ${body.slice(0, 50)}`, () => {
      const redactor = createRedactor();
      learnFrom([exchange('staging', [answer([['X-Detail', body]], body)])], redactor);
      expect(redactor.redact(body)).to.equal(body);
    });
  }

  it('takes linear time for names and signs that never end', () => {
    for (const piece of [
      'token=',
      '"token"',
      '<token ',
      'eyJ',
      '://',
      'token\n',
      '"name="token" ',
      '\\\\"token\\"',
    ]) {
      const before = Date.now();
      learnFrom([exchange('staging', [answer([], piece.repeat(65_536 / piece.length))])], createRedactor());
      expect(Date.now() - before, piece).to.be.below(2000);
    }
  });

  it('does not wait for a page of fields that never end', () => {
    const redactor = createRedactor();
    learnFrom([exchange('staging', [answer([], '<input name=token '.repeat(4000))])], redactor);
    expect(redactor.redact('token')).to.equal('token');
  });
});
