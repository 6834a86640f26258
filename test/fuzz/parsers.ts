/** Every parser of a text that comes from elsewhere, with texts that it reads and what always holds of what it gives. */
import { expect } from 'chai';
import { compileJsonPath } from '../../src/check/json-path.ts';
import { matches } from '../../src/check/matcher.ts';
import { keyFault } from '../../src/credential/api-key.ts';
import { readPrinted } from '../../src/credential/command-output.ts';
import { readKey } from '../../src/credential/key.ts';
import { createLedger } from '../../src/credential/ledger.ts';
import { answerIn, readAnswer } from '../../src/credential/login/authorization-answer.ts';
import { controlsOf, entriesOf, formsOf, pressed } from '../../src/credential/login/form.ts';
import { encodeForm } from '../../src/credential/login/form-encoding.ts';
import { parsePage, refreshOf, select, textOf, titleOf } from '../../src/credential/login/html-page.ts';
import { submitsItself } from '../../src/credential/login/login-page.ts';
import { readStorageState } from '../../src/credential/login/storage-state.ts';
import { parseClientKey } from '../../src/credential/oauth2/client-key.ts';
import { readRefusal, readTokenAnswer } from '../../src/credential/oauth2/token-answer.ts';
import { digestParameters, readDigestChallenge } from '../../src/credential/signing/digest-answer.ts';
import { decodeToken } from '../../src/credential/token.ts';
import { verifySignature } from '../../src/credential/verification.ts';
import { bodyPieces, bodyValue, codeOf, descriptionOf, membersOf } from '../../src/diagnose/answer-body.ts';
import { mapAddress } from '../../src/http/address.ts';
import { errorCode } from '../../src/http/authorization-response.ts';
import { parseChallenges } from '../../src/http/challenge.ts';
import { expiresOf, maxAgeOf, parseSetCookie, serializeSetCookie } from '../../src/http/cookie-parse.ts';
import { judgeSetCookie } from '../../src/http/cookie-store.ts';
import { authorizationFaults } from '../../src/http/credential-shape.ts';
import { readEcho } from '../../src/http/echo.ts';
import { parseHmacTemplate } from '../../src/http/hmac-template.ts';
import { parseHsts } from '../../src/http/hsts.ts';
import { parseHtmlSelector } from '../../src/http/html-selector.ts';
import { parseJson, stringifyJson } from '../../src/http/json.ts';
import { isInner, isLinkLocalOrMetadata, originOf, sameOrigin } from '../../src/http/origin.ts';
import { nextRequest } from '../../src/http/redirect.ts';
import { redirectReason } from '../../src/http/redirect-reason.ts';
import { compareRedirectUri } from '../../src/http/redirect-uri.ts';
import { uriParts, uriText } from '../../src/http/redirect-uri-parts.ts';
import { metaRefresh, parseRefresh } from '../../src/http/refresh.ts';
import { compilePattern } from '../../src/http/regexp.ts';
import { componentFault } from '../../src/http/signature-component.ts';
import { isUrl } from '../../src/http/url.ts';
import { matchesWildcard } from '../../src/http/wildcard.ts';
import { readRows } from '../../src/load/rows.ts';
import { parseYaml } from '../../src/load/yaml.ts';
import type { Json, Response } from '../../src/model.ts';
import { certificateDefect } from '../../src/plan/client-certificate.ts';
import { render, renderUrl, templateFaults } from '../../src/plan/template.ts';
import { parseTemplate } from '../../src/plan/template-syntax.ts';
import { parseDuration, parseSize } from '../../src/plan/units.ts';
import { parseProxy } from '../../src/replay/send-tunnel.ts';
import { findingsIn } from '../../src/scan/finding.ts';
import { createRedactor, Secret } from '../../src/secret.ts';
import { readKeys, secretsIn, secretsOf } from '../../src/survey/key-set.ts';
import { environmentOf, issuerOf } from '../credential/support.ts';
import { chainOf } from '../support/hops.ts';

export interface FuzzedParser {
  readonly name: string;
  readonly texts: readonly string[];
  /** Throws where what must hold does not. */
  readonly check: (text: string) => unknown;
  /** What goes before and is repeated in long texts that could take a parser much time. */
  readonly long: readonly (readonly [start: string, unit: string])[];
}

const now = Date.UTC(2026, 2, 1);
const page = new URL('https://app.example.test/a/b?c');
const environment = environmentOf('staging');
const jwt =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJzdWIiOiJyZWFkZXIiLCJleHAiOjE3NzIzNTc0MDAsImF1ZCI6WyJhIl19.c2ln';
const jwks =
  '{"keys":[{"kty":"RSA","kid":"a","alg":"RS256","use":"sig","n":"sXch","e":"AQAB","x5c":["MIIB"]},{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-256","x":"f83O","y":"x_FE"}]}';
const random = { uuid: () => 'u', token: () => 't' };

function answered(text: string, type: string, status = 400) {
  const exchange = chainOf([
    { url: 'https://login.example.test/token', status, headers: [['Content-Type', type]] },
  ]);
  const response = exchange.hops[0]?.response as Response;
  (response.body as { content: Uint8Array }).content = Buffer.from(text);
  return { exchange, response };
}

/** Nothing of a JSON text becomes anything but own members. */
function clean(): void {
  expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
}

const challenge: FuzzedParser = {
  name: 'a challenge',
  texts: [
    'Bearer realm="api", error="invalid_token", error_description="The token \\"x\\" expired", scope="a b"',
    'Negotiate YIIB==, Basic realm=x; charset=UTF-8, DPoP algs="ES256 PS256"',
    'Bearer, Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256, stale=true',
  ],
  check(text) {
    const challenges = parseChallenges([text]);
    for (const { parameters } of challenges.slice(0, 100)) {
      for (const [name, value] of parameters)
        expect([name, value].every((each) => typeof each === 'string')).to.equal(true);
    }
    // Two fields are read as two, whatever stands in the first.
    expect(parseChallenges([text, 'Basic realm="b"']).at(-1)?.scheme).to.equal('Basic');
    const digest = readDigestChallenge([text]);
    if (digest === null) return;
    const session = { nonce: digest.nonce, cnonce: 'c' };
    const asked = {
      username: 'ünï',
      password: 'p',
      method: 'GET',
      uri: '/',
      body: null,
      count: 1,
      cnonce: 'c',
      session,
    };
    expect(digestParameters(digest, asked)).to.be.an('object').that.is.not.empty;
  },
  long: [
    ['Bearer ', 'a="b",'],
    ['', '"'],
    ['Bearer realm="', '\\'],
    ['Bearer ', 'a '],
    ['', ',;'],
    ['Basic ', '='],
    ['', 'a=b c '],
  ],
};

const cookie: FuzzedParser = {
  name: 'a Set-Cookie',
  texts: [
    'sid=abc; Path=/; Domain=.example.test; Max-Age=60; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; HttpOnly; SameSite=Lax',
    '__Host-sid="a b"; Path=/; Secure; Partitioned; Priority=High',
    'a=b; expires=Wednesday, 09-Nov-99 23:12:40 GMT; max-age=-1',
  ],
  check(text) {
    const once = parseSetCookie(text);
    expect(parseSetCookie(serializeSetCookie(once))).to.deep.equal({ ...once, overlong: [] });
    for (const time of [maxAgeOf(once), expiresOf(once)]) expect(Number.isNaN(time)).to.equal(false);
    const { cookie: kept, refused } = judgeSetCookie(
      text,
      { url: page, method: 'GET', initiator: null },
      now,
    );
    expect(kept === null).to.equal(refused !== null);
    if (kept?.expires != null) expect(kept.expires).to.be.within(-8.64e15, now + 400 * 86_400_000);
  },
  long: [
    ['a=b; ', 'a;'],
    ['', '='],
    ['a=b; Expires=', '1 '],
    ['a=b; Expires=', ':'],
    ['a=b; Domain=', '.'],
    ['a=b; Path=', '/'],
    ['', ' '],
  ],
};

const location: FuzzedParser = {
  name: 'a Location',
  texts: [
    '/next?a=b#c',
    'https://user:pw@login.example.test:8443/x',
    '//other.example.test',
    '?a',
    'http://[::ffff:169.254.169.254]/',
    'ftp://a/',
    'http://0x7f.1/',
    'https://faß.example./',
  ],
  check(text) {
    expect(isUrl(text)).to.equal(tryUrl(text) !== null);
    for (const method of ['GET', 'POST']) {
      const asked = {
        method,
        url: page,
        status: 302,
        locations: [text],
        hasBody: true,
        bodyReplayable: true,
      };
      const fields = [
        { name: 'authorization', sensitive: true },
        { name: 'accept', sensitive: false },
      ];
      const next = nextRequest({ ...asked, fields });
      if ('stop' in next) {
        expect(next.stop.reason).to.be.a('string');
        continue;
      }
      expect(next.url.protocol).to.match(/^https?:$/);
      expect([next.url.username, next.url.password]).to.deep.equal(['', '']);
      const away = !sameOrigin(next.url, page);
      expect(next.drop.some(({ header }) => header === 'authorization')).to.equal(away);
      expect(
        [isInner(next.url.hostname), isLinkLocalOrMetadata(next.url.hostname)].every(
          (each) => typeof each === 'boolean',
        ),
      ).to.equal(true);
      redirectReason({ from: page, to: next.url, status: 302, location: text, headers: [['Server', text]] });
    }
    const url = tryUrl(text);
    if (url) expect(originOf(url)).to.equal(originOf(text));
  },
  long: [
    ['', '/../'],
    ['//', 'a.'],
    ['http://', '@'],
    ['https://a/', '%'],
    ['', '\\'],
    ['?', '&a=b'],
  ],
};

function tryUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

const redirectUri: FuzzedParser = {
  name: 'a redirect_uri',
  texts: [
    'https://app.example.test/cb?x=1',
    'http://127.0.0.1:8080/cb',
    'com.example.app:/cb',
    'https://*.example.test/**',
    'HTTPS://App.example.test:443/%7Ecb/../x',
  ],
  check(text) {
    expect(uriText(uriParts(text))).to.equal(text);
    const same = compareRedirectUri([text], text);
    expect(same.differences).to.deep.equal([]);
    const { nearest } = compareRedirectUri(['https://app.example.test/cb', text], `${text}/`);
    expect(nearest).to.be.a('string');
    expect(matchesWildcard(text, text)).to.equal(true);
  },
  long: [
    ['https://a/', 'a/'],
    ['', ':'],
    ['https://', '@'],
    ['', '*'],
    ['https://a/', '%2e'],
  ],
};

const token: FuzzedParser = {
  name: 'a token',
  texts: [jwt, `Bearer ${jwt}`, `"${jwt}"`, 'a.b.c.d.e', 'opaque-token', 'eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d'],
  check(text) {
    const facts = decodeToken(text);
    expect(facts.length).to.equal(text.length);
    expect(['jwt', 'jwe', 'opaque']).to.include(facts.format);
    for (const part of [facts.header, facts.claims]) if (part) stringifyJson(part);
    authorizationFaults(text);
    keyFault('header', text);
    clean();
  },
  long: [
    ['', '.'],
    ['', 'a.'],
    ['"', '"'],
    ['Bearer ', ' '],
    ['', '\n'],
    ['eyJ', 'A'],
    ['', '${'],
  ],
};

const keys: FuzzedParser = {
  name: 'a key set',
  texts: [jwks, '{"keys":[]}', '{"keys":[null,1,"a",{"kty":"OKP","crv":"Ed25519","x":"11qY","d":"nWGx"}]}'],
  async check(text) {
    secretsIn(text);
    const parsed = parseJson(text);
    if (!('value' in parsed)) return;
    const { keys: entries } = (parsed.value ?? {}) as { keys?: unknown };
    if (!Array.isArray(entries)) return;
    secretsOf(entries);
    const read = await readKeys(entries);
    expect(read.length).to.equal(Math.min(100, entries.length));
    for (const { name, kty } of read) expect([name, kty].join('')).to.not.match(/[\r\n]/);
    await verifySignature(Secret.named('t', jwt), parsed.value as never);
  },
  long: [
    ['', '"k":"'],
    ['{"keys":[', '{},'],
    ['', '"d" : "aaaaaaaaaaaaaaaa" '],
  ],
};

const tokenAnswer: FuzzedParser = {
  name: 'an answer of a token endpoint',
  texts: [
    `{"access_token":"${jwt}","token_type":"bearer","expires_in":"3600","scope":"a b","refresh_token":"r","id_token":"${jwt}"}`,
    '{"error":"invalid_grant","error_description":"Account is locked. AADSTS50053: x","error_uri":"https://a"}',
    'access_token=abc&token_type=bearer&expires_in=3600',
    '<html><title>Login</title>',
  ],
  check(text) {
    for (const [type, status] of [
      ['application/json', 200],
      ['application/x-www-form-urlencoded', 200],
      ['application/json', 400],
    ] as const) {
      const redactor = createRedactor();
      const { exchange, response } = answered(text, type, status);
      const read = readTokenAnswer(exchange, 'reader', createLedger(redactor, random), redactor);
      if ('answer' in read) {
        expect(read.answer.expires_in === null || Number.isFinite(read.answer.expires_in)).to.equal(true);
        // What came as a token is a secret from then on.
        const issued = read.answer.access_token.reveal();
        if (issued.length >= 8) expect(redactor.redact(`x ${issued} y`)).to.include('[secret');
      } else expect(read.refusal.message).to.be.a('string').that.is.not.empty;
      readRefusal(exchange, redactor);
      const body = bodyValue(response, text);
      codeOf(body);
      descriptionOf(body);
      membersOf(body);
      for (const piece of bodyPieces(body, text, status, true)) expect(piece.text).to.be.a('string');
    }
    clean();
  },
  long: [
    ['', '['],
    ['', '{"a":'],
    ['', 'a=b&'],
    ['', '&'],
    ['', '<'],
    ['', 'account locked '],
    ['{"error":"', 'too many '],
  ],
};

const pages: FuzzedParser = {
  name: 'a page with forms',
  texts: [
    '<html><base href="/b/"><title>T</title><meta http-equiv=refresh content="0; url=/n"><form id=f action="/cb?x" method=POST enctype=multipart/form-data><input name=u value="a&quot;"><input type=checkbox name=c checked><select name=s multiple><option selected>1<option value=2></select><textarea name=t>\nx</textarea><button name=b>Go</button></form><input form=f name=o>',
    '<table><form><tr><td><input name=a></form><input name=b></table><body onload="document.forms[0].submit()"><form><input type=hidden name=code value=x></form>',
    '<fieldset disabled><legend><input name=l></legend><form><input type=image name=i></form></fieldset><!-- <form> --><script>"</form>"</script>',
  ],
  async check(text) {
    metaRefresh(text);
    const read = await parsePage(text, page);
    refreshOf(read);
    titleOf(read);
    submitsItself(read);
    const redactor = createRedactor();
    answerIn({ end: null, page: read } as never, 'https://app.example.test/cb');
    for (const form of formsOf(read)) {
      const controls = controlsOf(read, form);
      const button = pressed(controls, null);
      const submitter = button && 'problem' in button ? null : button;
      const entries = entriesOf(controls, new Map(), submitter);
      for (const enctype of ['', 'multipart/form-data', 'text/plain'])
        encodeForm(enctype, entries, 'boundary');
      textOf(form);
    }
    const selector = parseHtmlSelector(text);
    select(read, 'error' in selector ? (parseHtmlSelector('form [name]') as never) : selector);
    if (!isUrl(text)) return;
    readAnswer(
      new URL(text).searchParams,
      { state: 's' },
      { issuer: issuerOf('https://a') } as never,
      {},
      { ledger: createLedger(redactor, random), redactor },
      'reader',
    );
  },
  long: [
    ['', '<form>'],
    ['', '<b>'],
    ['', '<table><tr>'],
    ['<select>', '<option>'],
    ['', '<input form=a>'],
    ['', '<!--'],
    ['', '<meta '],
    ['<p ', 'a=b '],
    ['', '&#0;'],
  ],
};

const json: FuzzedParser = {
  name: 'JSON',
  texts: [
    '{"a":[1,2.5e3,-0,12345678901234567890],"__proto__":{"polluted":1},"b":{"c":null,"d":"\\u0000\\ud800"}}',
    '[[],{}]',
    '"x"',
  ],
  check(text) {
    const parsed = parseJson(text);
    clean();
    if (!('value' in parsed)) return expect(parsed.error).to.be.a('string');
    const again = parseJson(stringifyJson(parsed.value));
    return expect(again).to.deep.equal({ value: noNegativeZero(parsed.value) });
  },
  long: [
    ['', '['],
    ['', '{"a":'],
    ['[', '1,'],
    ['"', '\\u0000'],
    ['', '9'],
    ['-', '1e'],
    ['12345678901234567890', '['],
  ],
};

/** JSON.stringify writes -0 as 0. */
function noNegativeZero(value: Json): Json {
  if (Object.is(value, -0)) return 0;
  if (value === Infinity || value === -Infinity) return null;
  if (Array.isArray(value)) return value.map(noNegativeZero);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value))
    Object.defineProperty(copy, name, {
      value: noNegativeZero(member),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  return copy;
}

const yaml: FuzzedParser = {
  name: 'YAML',
  texts: [
    'name: a\nsteps:\n  - GET: /orders?x=${id}\n    headers: {accept: "a/b", n: 007}\n    expect: {status: [200, 2xx], body: {"$.a[0]": 1}}\n  - wait: 3s\n',
    'a: &a [1, 2]\nb: *a\nc: |\n  text\n   more\nd: >-\n  folded\n? x\n: y\n',
    '%YAML 1.2\n---\n"a": !!str 1\n\'b\': ~\n# c\n...\n',
  ],
  check(text) {
    const { value, problems } = parseYaml(text, 'a.yml');
    const lines = text.split('\n').length;
    for (const { message, source } of problems) {
      expect(message).to.be.a('string').that.is.not.empty;
      if (source)
        expect([source.line >= 1, source.line <= lines, source.column >= 1]).to.deep.equal([
          true,
          true,
          true,
        ]);
    }
    if (problems.length > 0) expect(value).to.equal(null);
    clean();
  },
  long: [
    ['', '- '],
    ['', '['],
    ['', 'a: '],
    ['a: ', '*a '],
    ['', '? '],
    ['', '&a '],
    ['', 'a\n'],
    ['a: "', '\\'],
    ['', '!'],
    ['', '{'],
    ['', '#\n'],
    ['', '"a": b\n'],
  ],
};

const templates: FuzzedParser = {
  name: 'a template',
  texts: ['/orders/${id}?x=${a.b:-def}', '$${literal} ${now-7d.iso}', '${secret.TOKEN}', '${a:-${b}}'],
  check(text) {
    const template = parseTemplate(text);
    const scope = {
      lookup: (name: string) => (name === 'id' ? '../x' : name === 'a' ? { b: [1] } : undefined),
    };
    const rendered = render(text, scope);
    if ('error' in template) expect('error' in rendered).to.equal(true);
    renderUrl(text, scope);
    templateFaults({ a: [text], [text]: 1 });
    if (!text.includes('${')) expect(rendered).to.deep.equal({ value: text });
  },
  long: [
    ['', '${'],
    ['', '${a}'],
    ['${a:-', '$'],
    ['', '$${'],
    ['${', 'a.'],
  ],
};

const expectations: FuzzedParser = {
  name: 'a JSONPath, a pattern and a matcher',
  texts: [
    '$.a[0].b',
    '$..[?@.x > 1 && search(@.y, "a+")]',
    "$['a','b'][1:2]",
    '^(a|b)+\\d{2,3}$',
    '(?i)x.*[^y]',
    'a'.repeat(20),
  ],
  check(text) {
    const root = { a: [{ b: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!', x: 2n }], y: [text], constructor: null };
    const path = compileJsonPath(text);
    if ('error' in path) expect(path.error).to.be.a('string');
    else expect(path.select(root as never)).to.be.an('array');
    const pattern = compilePattern(text);
    if (!('error' in pattern)) pattern.exec(`${'a'.repeat(text.length > 1_000 ? 20 : 2_000)}!`);
    const context = { reveal: String } as never;
    for (const word of ['matches', 'contains', 'gt', 'length', 'equals', 'type', 'starts_with'])
      matches({ [word]: text } as never, text, { ...(context as object), unit: 'ms' } as never);
  },
  long: [
    ['$', '.a'],
    ['$', '[0]'],
    ['$[?', '('],
    ['$[?', '!'],
    ['$', '..'],
    ['', '('],
    ['', 'a*'],
    ['', '[a'],
    ['', '(a+)+'],
  ],
};

const words: FuzzedParser = {
  name: 'durations, sizes, addresses and components',
  texts: [
    '800ms',
    '9007199254740993800ms',
    '1.5m',
    '7d',
    '2MB',
    '512B',
    '1MiB',
    'api.example.test:443',
    '[::1]:8443',
    'http://u:p@proxy.example.test:3128',
    '@query-param;name="a"',
    'content-digest;sf',
    '${method} ${path}',
  ],
  check(text) {
    for (const value of [parseDuration(text), parseSize(text)]) {
      if (value !== null)
        expect([value, value >= 0, Number.isSafeInteger(value)]).to.deep.equal([value, true, true]);
    }
    const address = { host: 'api.example.test', port: 443 };
    expect(mapAddress(address, new Map([[text, text]])).host).to.be.a('string');
    const proxy = parseProxy(text, null);
    if (proxy) expect(proxy.address.port).to.be.within(0, 65_535);
    componentFault(text);
    parseHmacTemplate(text);
    errorCode(text);
  },
  long: [
    ['', '9'],
    ['', '1.'],
    ['', ':'],
    ['[', ':'],
    ['', 'a;'],
    ['', '${'],
    ['http://', ':'],
  ],
};

const fields: FuzzedParser = {
  name: 'Refresh, HSTS and an echo',
  texts: [
    '0; url="/next"',
    '5;URL=https://a.example.test/',
    'max-age=31536000; includeSubDomains; preload',
    '{"headers":{"Host":"a","X-Api-Key":["b"]}}',
    'HTTP_HOST=a\nHTTP_ACCEPT=*/*\n',
    'GET / HTTP/1.1\nHost: a\nAccept: b\n',
  ],
  check(text) {
    const refresh = parseRefresh(text);
    if (refresh) expect(Number.isNaN(refresh.delay)).to.equal(false);
    const hsts = parseHsts(text);
    if (hsts) expect(hsts.maxAge).to.be.at.least(0);
    for (const [name, value] of readEcho(text) ?? [])
      expect([typeof name, typeof value]).to.deep.equal(['string', 'string']);
    clean();
  },
  long: [
    ['0', ';'],
    ['0;', ' '],
    ['', '9'],
    ['', 'a;'],
    ['', 'Host: a\n'],
    ['{"headers":', '['],
    ['', 'HTTP_A=b\n'],
  ],
};

const saved: FuzzedParser = {
  name: 'a storage state, what a program prints, a key and a certificate',
  texts: [
    '{"cookies":[{"name":"sid","value":"a","domain":".example.test","path":"/","expires":1900000000.5,"httpOnly":true,"secure":true,"sameSite":"Lax"}],"origins":[]}',
    '{"access_token":"a.b.c","expires_at":"2026-01-01T00:00:00Z","expires_in":60}',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n',
    '{"kty":"EC","crv":"P-256","d":"AA","x":"f83O","y":"x_FE","alg":"ES256","kid":"k"}',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  ],
  check(text) {
    const state = readStorageState(text, environment, now);
    if ('problem' in state) expect(state.problem).to.be.a('string').that.is.not.empty;
    const printed = readPrinted(text.trim(), now);
    if (!('problem' in printed)) expect(Number.isNaN(printed.expiresAt ?? 0)).to.equal(false);
    readKey(text);
    parseClientKey(text);
    expect(certificateDefect(text, text)).to.not.equal(null);
  },
  long: [
    ['', '-----BEGIN A-----'],
    ['{"cookies":[', '{},'],
    ['', 'a '],
    ['', '['],
  ],
};

const rows: FuzzedParser = {
  name: 'rows of data',
  texts: [
    'id,name\n1,"a, ""b"""\r\n2,\n"",x\n',
    '[{"id": 1, "name": "a"}, {"id": 12345678901234567890, "more": {"a": [null, {"b": "\\u0022"}]}}]',
    ' [ {} , {"a":[]} ]\n',
  ],
  check(text) {
    for (const file of ['rows.csv', 'rows.json']) {
      const { rows: found, problems } = readRows(text, file);
      const lines = text.split(/\r\n|\n|\r/).length;
      for (const { message, source } of problems) {
        expect(message).to.be.a('string').that.is.not.empty;
        if (source) expect(source.line).to.be.within(1, lines);
      }
      // What is read is what stands there: never a row less, and no name of the language.
      for (const row of found) expect('constructor' in row).to.equal(Object.hasOwn(row, 'constructor'));
      const parsed = file.endsWith('.json') && problems.length === 0 ? parseJson(text) : { error: '' };
      if ('value' in parsed)
        expect(JSON.stringify(found.map((row) => noBig({ ...row })))).to.equal(
          JSON.stringify(noBig(parsed.value)),
        );
    }
    clean();
  },
  long: [
    ['a\n', '"'],
    ['a\n', '1\n'],
    ['a\n"', '\n'],
    ['a,b\n', ','],
    ['', 'a,'],
    ['[', '{},'],
    ['[{"a":"', '\\"'],
    ['[', '{"a":1},'],
    ['[{', '"a":1,'],
  ],
};

function noBig(value: unknown): unknown {
  return JSON.parse(stringifyJson(value));
}

const scanned: FuzzedParser = {
  name: 'a file that is scanned',
  texts: [
    `API_TOKEN=${jwt}\nexport PASSWORD="hunter2hunter2" # x\ncurl -u "ci:Pa55w0rd-x" -H 'Authorization: Bearer ${jwt}' https://ci:Pa55w0rd@a.example.test/\n`,
    '{"auth":{"type":"bearer","bearer":[{"key":"token","value":"9f8e7d6c5b4a39281706","type":"string"}]}}',
    'env:\n  - name: CLIENT_SECRET\n    value: s3cr3t-V4lue-00-xyz\n# why401: public\npassword: |\n  abc\n',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA9f8e7d6c5b4a39281706AAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n',
    '<password>aB3dE5gH7j</password> Cookie: sid=9f8e7d6c5b4a3928; a="b"',
  ],
  check(text) {
    const lines = text.split('\n').length;
    for (const file of ['.env', 'a.sh', 'a.json', 'a.yml', 'a.ts', 'README.md']) {
      for (const { problem } of findingsIn({ file, text }, null, now)) {
        expect(problem.source?.line).to.be.within(1, lines);
        expect(problem.message).to.be.a('string').that.is.not.empty;
      }
    }
  },
  long: [
    ['', 'password='],
    ['', 'token: "'],
    ['', 'eyJ'],
    ['', 'eyJhbGciOiJub25lIn0.'],
    ['', '-----BEGIN PRIVATE KEY-----'],
    ['', '"key": "token", '],
    ['', 'https://a:b'],
    ['', '{"kty":'],
    ['secret=', 'aB3'],
    ['', '\\'],
    ['', '- name: TOKEN\n  value: '],
    ['Cookie: ', 'sid=a;'],
  ],
};

export const parsers: readonly FuzzedParser[] = [
  ...[challenge, cookie, location, redirectUri, token, keys, tokenAnswer, pages, json, yaml, templates],
  ...[expectations, words, fields, saved, rows, scanned],
];
