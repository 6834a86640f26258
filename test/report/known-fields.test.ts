/** What requests and answers name themselves is secret, though no credential has it. */
import { expect } from 'chai';
import { learnFrom } from '../../src/report/known-fields.ts';
import { createRedactor } from '../../src/secret.ts';
import { exchange } from '../support/runs.ts';

const value = 'Zq3/9fK+x7Lm2Pw8Rt5v==';
const percent = encodeURIComponent(value);
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
  'JSON, a pushed request': [answer([], `{"request_uri": "${pushed}", "expires_in": 60}`), pushed],
  'a form, value first': [answer([], `<input type=hidden value="${value}" name="SAMLResponse">`), value],
  'a form, escaped': [answer([], `<input name='_csrf' value='${value.replaceAll('+', '&#43;')}'/>`), value],
  'a request, Authorization': [{ url, sent: [['Authorization', `Bearer ${value}`]] }, value],
  'a request, Cookie': [{ url, sent: [['Cookie', `a=1; sid=${value}`]] }, value],
};

describe('learnFrom', () => {
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

  it('does not wait for a page of fields that never end', () => {
    const redactor = createRedactor();
    learnFrom([exchange('staging', [answer([], '<input name=token '.repeat(4000))])], redactor);
    expect(redactor.redact('token')).to.equal('token');
  });
});
