import { expect } from 'chai';
import { plainPieces } from '../../src/diagnose/markup.ts';
import { normalWords } from '../../src/diagnose/normal-words.ts';
import { read } from '../../src/diagnose/signatures.ts';
import { answerOf } from '../../src/diagnose/wording.ts';
import type { RawField, Response } from '../../src/model.ts';
import { answerTo } from './answers.ts';

function response(body: string, status = 401, headers: readonly RawField[] = [], statusText = ''): Response {
  const content = Buffer.from(body);
  return {
    status,
    statusText,
    httpVersion: '1.1',
    headers,
    body: { content, bytes: content.length, sha256: '', truncated: false, decodeError: null },
  };
}

function wordsOf(body: string, status = 401, headers: readonly RawField[] = [], statusText = ''): string[] {
  const { words } = answerOf(response(body, status, headers, statusText));
  return words === '' ? [] : words.split('\n');
}

describe('normal words', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['"exp" claim timestamp check failed', 'exp claim timestamp check failed'],
    ["Unexpected 'aud' value", 'unexpected aud value'],
    ['TOKEN_EXPIRED', 'token expired'],
    ['ExpiredTokenException', 'expired token exception'],
    ['JWTExpired', 'jwt expired'],
    ['token-expired', 'token expired'],
    ['The DPoP proof; OAuth and OpenID', 'the dpop proof; oauth and openid'],
    ['Audience doesn’t match', "audience doesn't match"],
    ['  two \n lines ', 'two lines'],
    ['redirect_uri `x_y`', 'redirect uri x y'],
    ['20261124T110000Z - 5 min', '20261124t110000z - 5 min'],
  ];
  for (const [text, words] of cases) {
    it(`reads ${JSON.stringify(text)} as ${JSON.stringify(words)}`, () => {
      expect(normalWords(text)).to.equal(words);
    });
  }

  it('keeps to 4 kB and to linear time', () => {
    for (const unit of ["'", 'aB', '_-', '«', 'AB', '\u00e9-']) {
      expect(normalWords(unit.repeat(100_000)).length).to.be.at.most(8192);
    }
  });
});

describe('pieces of a document', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['Jwt is expired', ['Jwt is expired']],
    ['<h1>Oops</h1><p>The <b>client</b> is&nbsp;unknown</p>', ['Oops', 'The client is unknown']],
    ['<script>var a = "token expired"</script><p>Hello</p>', ['Hello']],
    ['<style>.expired{}</style>x', ['x']],
    ['<script>token expired', []],
    [
      '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
      ['AccessDenied', 'Access Denied'],
    ],
    ['<a><![CDATA[Token expired]]></a>', ['Token expired']],
    ['<p>Reference&#32;&#35;18 &#x2019; &unknown;</p>', ['Reference #18 ’ &unknown;']],
    ['<p>cut <a href="x', ['cut']],
  ];
  for (const [text, pieces] of cases) {
    it(`of ${text}`, () => {
      expect(plainPieces(text)).to.deep.equal(pieces);
    });
  }

  it('are found in linear time', () => {
    for (const unit of ['<', '<a', '</', '<script>', '&#', '<![CDATA[']) {
      expect(plainPieces(unit.repeat(50_000))).to.be.an('array');
    }
  });
});

describe('words of an answer', () => {
  it('are those of any JSON shape', () => {
    expect(
      wordsOf('{"type":"https://x.test/p","title":"Unauthorized","detail":"Token expired","status":401}'),
    ).to.deep.equal(['unauthorized', 'token expired']);
    expect(wordsOf('{"error":{"code":"TOKEN_EXPIRED","message":"Expired"}}')).to.deep.equal([
      'token expired',
      'expired',
    ]);
    expect(wordsOf('{"errors":[{"message":"one"},"two"]}')).to.deep.equal(['one', 'two']);
    expect(wordsOf('[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]')).to.deep.equal([
      'session expired',
      'invalid session id',
    ]);
    expect(wordsOf('{"fault":{"faultstring":"Invalid ApiKey"}}')).to.deep.equal(['invalid api key']);
    expect(wordsOf('"Token has expired"')).to.deep.equal(['token has expired']);
  });

  it('are those of a problem type, where it has a name', () => {
    const typed = (type: string): string[] => wordsOf(JSON.stringify({ type }));
    expect(typed('https://errors.x.test/auth/token-not-yet-valid')).to.deep.equal(['token not yet valid']);
    expect(typed('https://x.test/problems#tokenExpired')).to.deep.equal(['token expired']);
    expect(typed('https://x.test/docs/token_expired.html')).to.deep.equal(['token expired']);
    for (const type of [
      'about:blank',
      'https://x.test/p',
      'https://x.test/v1',
      'https://www.rfc-editor.org/rfc/rfc9110#not-found',
      'https://datatracker.ietf.org/doc/html/rfc9457#section-4-1',
    ]) {
      expect(typed(type).filter((words) => words !== 'about:blank')).to.deep.equal([]);
    }
  });

  it('name a member that says something beside its value', () => {
    expect(wordsOf('{"exp":"token expired"}')).to.deep.equal(['exp: token expired']);
    expect(wordsOf('{"active":false}')).to.deep.equal(['active: false']);
  });

  it('leave out identifiers, tokens, stacks and codes of the registries', () => {
    expect(
      wordsOf(
        '{"error":"invalid_grant","id":"0f8fad5bd9cb469fa16570867728950e","path":"/a","url":"https://x.test","stack":"at expired()","access_token":"abc","at":"2026-11-24T12:00:00Z"}',
      ),
    ).to.deep.equal([]);
  });

  it('come from challenges, error headers, the reason phrase and the redirect', () => {
    expect(
      wordsOf('', 302, [
        [
          'WWW-Authenticate',
          'Bearer realm="expired", error="invalid_token", error_description="Token is not active"',
        ],
        ['X-Amzn-ErrorType', 'ExpiredTokenException'],
        [
          'Location',
          'https://app.test/cb?error=invalid_scope&error_description=Unknown+scope#error_reason=user_denied',
        ],
      ]),
    ).to.deep.equal(['token is not active', 'expired token exception', 'unknown scope', 'user denied']);
    expect(wordsOf('', 401, [], 'Token Expired')).to.deep.equal(['token expired']);
    expect(wordsOf('', 401, [], 'Unauthorized')).to.deep.equal([]);
  });

  it('of a form body are those of its fields', () => {
    const answer = answerOf(
      response('error=bad_verification_code&error_description=The+code+is+incorrect', 200),
    );
    expect(answer.codes).to.deep.equal(['bad_verification_code']);
    expect(answer.description).to.equal('The code is incorrect');
  });

  it('of a success are complaints only', () => {
    expect(wordsOf('{"status":"expired","message":"Token expired"}', 200)).to.deep.equal([]);
    expect(wordsOf('{"data":null,"errors":[{"message":"jwt expired"}]}', 200)).to.deep.equal(['jwt expired']);
    expect(wordsOf('{"ok":false,"error":"token_expired"}', 200)).to.deep.equal([
      'ok: false',
      'token expired',
    ]);
    expect(wordsOf('<p>The session has expired</p>', 200)).to.deep.equal([]);
  });

  it('find code and description where servers put them', () => {
    const read = (body: string): [readonly string[], string | null] => {
      const { codes, description } = answerOf(response(body));
      return [codes, description];
    };
    expect(read('{"error":"invalid_grant","error_description":"x"}')).to.deep.equal([['invalid_grant'], 'x']);
    expect(read('{"error":{"code":"Unauthenticated","message":"y"}}')).to.deep.equal([
      ['Unauthenticated'],
      'y',
    ]);
    expect(read('{"errorCode":"E1","errorSummary":"z"}')).to.deep.equal([['E1'], 'z']);
    expect(read('{"title":"T","detail":"d"}')).to.deep.equal([[], 'd']);
    expect(read('{"errors":[{"detail":"first"},{"detail":"second"}]}')).to.deep.equal([[], 'first']);
    expect(read('{"Message":"m"}')).to.deep.equal([[], 'm']);
    expect(read('not json')).to.deep.equal([[], null]);
  });

  it('survive nesting and a body that is cut', () => {
    expect(wordsOf(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)).to.be.an('array');
    expect(wordsOf('{"message":"Token exp')).to.deep.equal(['{message:token exp']);
  });
});

describe('rights that an answer says are wanted', () => {
  const rows: readonly (readonly [body: unknown, wanted: readonly string[]])[] = [
    [{ error: 'missing_scope', needed: 'chat:write', provided: 'users:read' }, ['body needed: chat:write']],
    [{ error: { '.tag': 'missing_scope', required_scope: 'a.read' } }, ['body required_scope: a.read']],
    [
      { errors: [{ context: { requiredGranularScopes: ['a.read', 'a.write'] } }] },
      ['body requiredGranularScopes: a.read a.write'],
    ],
    [
      { error: { detail: { required: ['repository'], granted: ['account'] } } },
      ['body required: repository'],
    ],
    [{ missingPermissions: { api: ['orders.list'] } }, ['body missingPermissions: orders.list']],
    [{ permission_required: 'orders.list' }, ['body permission_required: orders.list']],
    [{ anyOfRoles: ['a', 'b'] }, ['body anyOfRoles: a b']],
    [{ required: true, message: 'required', user_permissions: ['x'], scopes: ['held'] }, []],
    [{ required: 'x'.repeat(200) }, []],
    ['not a map', []],
  ];
  for (const [body, wanted] of rows) {
    it(`in ${JSON.stringify(body).slice(0, 80)}`, () => {
      const { response } = answerTo({ stage: 'resource', status: 403, body: JSON.stringify(body) });
      const found = response ? answerOf(response).wanted : [];
      expect(found.map(({ field, text }) => `${field}: ${text}`)).to.deep.equal(wanted);
    });
  }

  it('stand beside the text that says they are lacking, and beside no other', () => {
    const lines = (body: object): readonly string[] =>
      read(answerTo({ stage: 'resource', status: 403, body: JSON.stringify(body) }))
        .filter(({ weight }) => weight === 3)
        .flatMap((item) => item.lines.map(({ field, seen }) => `${field}: ${seen}`));
    expect(lines({ message: 'A scope is missing.', required: ['orders:write'] })).to.deep.equal([
      'body message: A scope is missing.',
      'body required: orders:write',
    ]);
    expect(lines({ message: 'Token expired', required: ['orders:write'] })).to.deep.equal([
      'body message: Token expired',
    ]);
  });
});
