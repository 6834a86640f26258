/** What servers and files say to get out of a report: into the terminal, the CI system, the page, the XML. */
import type { Socket } from 'node:net';

/** Commands and markup of printable characters: a header field can carry them. */
const words = [
  '::error::owned',
  '::set-output name=a::owned',
  '::add-mask::owned',
  '::stop-commands::owned',
  '##[group]owned',
  '##[add-mask]owned',
  '##vso[task.setvariable variable=a]owned',
  '##teamcity[buildStatus]',
  '%0A::error::owned%0D,title=owned',
  ',line=1::owned',
  '@everyone',
  'owned@example.com',
  'http://owned.example https://owned.example www.owned.example',
  '[owned](javascript:alert(1)) ![owned](//owned.example/a.png) [owned]: x <https://owned.example>',
  '<script>alert(1)</script><img src=x onerror=alert(1)><!-- </details><details open><h1>',
  '`owned` ``owned`` ```owned *owned* __owned__ ~~owned~~ | owned | $owned$ #1 GH-1',
  ']]> --> &amp; &#27; &#x1b; &owned; <!ENTITY a SYSTEM "file:///etc/passwd"> <?owned?> </failure></testcase>',
  '"quoted" \'single\' \\back\\ \\u001b \\x1b',
];
/** Characters that a field may carry as bytes (RFC 9110 `obs-text`): C1 controls, marks of direction, what is not seen. */
const high = [
  '\u0085::error::owned',
  '\u009b31mowned\u009c',
  '\u009d0;owned\u009c \u0090owned\u009c',
  '\u202eowned\u202c \u2066owned\u2069 \u061c\u200e\u200f',
  '\u200bowned\u2060\ufeff\u00ad\u180e\u{e0041}\u{e0001}',
  '\u2028::error::owned\u2029##[error]owned',
];
/** What only a body, or a quoted text of YAML, can carry. */
const low = [
  '\u001b[31mowned\u001b[0m\u001b[2J\u001b[1A\u001b[8mowned',
  '\u001b]0;owned\u0007\u001b]8;;https://owned.example\u001b\\owned\u001b]8;;\u001b\\',
  '\u001bPowned\u001b\\ \u001bc \u001b(0',
  '\r::error::owned',
  '\n::error::owned',
  '\r\n::error::owned\n##[error]owned\n  ::warning::owned',
  '\n\n# owned\n- owned\n> owned\n```\nowned\n\n| a |\n|---|\n',
  'a\b\b\bowned\u007f\u0000\u0007\u000b\u000c\towned',
];

export const inField: string = [...words, ...high].join(' ');
export const inText: string = [...words, ...high, ...low].join(' ');
/** Nobody's terminal, and no line of a page, is that wide. */
export const long: string = 'owned-'.repeat(5_000);

const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const lonely = '{"error":"\\ud800 owned \\udfff","error_description":';

interface Told {
  readonly status?: string;
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** Path to answer. Fields are sent as UTF-8, `\x9b` and its like as the one byte, too. */
export function answers(): Readonly<Record<string, Told>> {
  const challenge = `Bearer realm="${quoted(inField)}", error="invalid_token", error_description="${quoted(inField)}", scope="${quoted(inField)}", owned-${'x'.repeat(90)}="1"`;
  const type = 'Content-Type: application/json';
  const value = JSON.stringify(inText);
  return {
    '/reason': { status: `503 ${inField}`, fields: [`Retry-After: ${inField}`, `Date: ${inField}`] },
    '/challenge': { status: '401 No', fields: [`WWW-Authenticate: ${challenge}`, `X-Owned: ${inField}`] },
    '/raw': { status: '401 No', fields: ['WWW-Authenticate: \x9b31mowned ::error::owned', 'Server: \x9b2J'] },
    '/body': {
      status: '403 No',
      fields: [type],
      body: `${lonely}${value},"message":${value},"a":{${value}:1}}`,
    },
    '/problem': {
      status: '403 No',
      fields: ['Content-Type: application/problem+json'],
      body: `{"type":${value},"title":${value},"detail":${value}}`,
    },
    '/page': {
      status: '403 No',
      fields: ['Content-Type: text/html'],
      body: `<title>${inText}</title><p>${inText}<form action="${inText}"><input name="${inText}">`,
    },
    '/moves': { status: '302 No', fields: [`Location: /moved?${inField}#${inField}`] },
    '/away': { status: '302 No', fields: [`Location: http://owned.invalid/${inField}`] },
    '/cookies': {
      fields: [
        `Set-Cookie: ${inField.replaceAll(/[;=,]/g, '')}=a-value-of-a-cookie; Domain=${inField.replaceAll(';', '')}; Path=/`,
        'Set-Cookie: sid=1; SameSite=owned\u009b31m; Expires=::error::owned',
      ],
    },
    '/long': {
      status: '401 No',
      fields: [`WWW-Authenticate: Bearer error_description="${long}"`],
      body: long,
    },
    '/token': {
      status: '400 No',
      fields: [type],
      body: `{"error":${value},"error_description":${value},"error_uri":${value}}`,
    },
    ...Object.fromEntries(
      ['a', 'b'].map((name) => [`/.well-known/oauth-authorization-server/${name}`, metadata(name)]),
    ),
    '/granted': {
      fields: [type],
      body: `{"access_token":"${token()}","token_type":"Bearer","scope":${value},"expires_in":60}`,
    },
  };
}

/** What differs between two environments is told by `compare`. */
function metadata(name: string): Told {
  const told = [`${name} ${inText}`];
  const document = {
    issuer: `${inText}/${name}`,
    scopes_supported: told,
    token_endpoint: inText,
    [inText]: told,
  };
  return {
    fields: ['Content-Type: application/json', `X-Owned: ${inField}`],
    body: JSON.stringify({ ...document, code_challenge_methods_supported: told, claims_supported: told }),
  };
}

/** A JWT whose header and claims say it all. */
function token(): string {
  const coded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: inText, typ: inText, kid: inText };
  return `${coded(header)}.${coded({ iss: inText, scope: inText, [inText]: inText, aud: [inText] })}.c2ln`;
}

/** Answers one request of a connection. */
export function serve(told: Readonly<Record<string, Told>>): (socket: Socket) => void {
  return (socket) => {
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      const path = /^\S+ ([^\s?]*)/.exec(chunk.toString('latin1'))?.[1] ?? '';
      const { status = '200 OK', fields = [], body = '' } = told[path] ?? {};
      // One byte each where the text has no others: C1 controls as they are.
      const line = (text: string): Buffer =>
        Buffer.from(`${text}\r\n`, /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1');
      const content = Buffer.from(body);
      const head = [
        `HTTP/1.1 ${status}`,
        `Content-Length: ${content.length}`,
        'Connection: close',
        ...fields,
        '',
      ];
      socket.end(Buffer.concat([...head.map(line), content]));
    });
  };
}
