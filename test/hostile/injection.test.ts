/** Whatever servers and files say: it drives no terminal, no CI system, no page and no parser. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { type Command, type Ended, why401 } from '../support/command.ts';
import { answers, inText, serve } from './injection.ts';

/** Escape sequences that are ours. */
const sgr = /\p{Cc}\[\d{1,3}m/gu;
const unseen =
  /(?![\t\n])\p{Cc}|\p{Cs}|[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
const commands = /^\s*::|##\[|##\w+\[/;

/** Lines that would drive a terminal or a CI system. */
function driving(text: string): string[] {
  return text
    .replace(sgr, '')
    .replaceAll('\r\u001b[2K', '')
    .split('\n')
    .filter((line) => unseen.test(line) || commands.test(line))
    .map((line) => line.slice(0, 300));
}

/** Lines that a page of GitHub would make something of. Comments and `<details>` of ours are known by their whole text. */
function active(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => {
      const bare = line
        .replaceAll('@<!-- -->', '')
        .replace(/^<details><summary>[\w :,]*<\/summary>$|^<\/details>$/, '')
        .replace(/^(?:#{2,3} |- )/, '')
        .replace(/^\*\*(.*)\*\*$/, '$1')
        // An escaped character says nothing (CommonMark section 2.4).
        .replace(/\\[!-/:-@[-`{-~]/g, '')
        .replace(/\*\*(\w+)\*\* /g, '');
      if (/^\|(?: --- \|)+$/.test(line)) return false;
      const cells = /^\| .* \|$/.test(bare) ? bare.slice(1, -1).replaceAll(' | ', ' ') : bare;
      return (
        unseen.test(line) ||
        /[<>@`*_[\]!~|$#]|https?:\/\/|www\.|&(?!amp;|lt;|gt;)|^\s*(?:[-+=]{1,3}(?:\s|$)|\d+[.)] |\t| {4})/i.test(
          cells,
        )
      );
    })
    .map((line) => line.slice(0, 300));
}

const odd = '::error::\r\n::error::\u001b[31m\u009b <b> | ##[group] [a](b) @all';
/** Characters of a line. */
const widest = 10_000;
const yaml = JSON.stringify;
const paths = Object.keys(answers()).filter(
  (path) => !path.startsWith('/.') && path !== '/token' && path !== '/granted',
);

function files(origin: string): Record<string, string> {
  const wrong = {
    status: 200,
    headers: { 'x-owned': inText, 'www-authenticate': 'no' },
    body: { contains: inText },
    json: { '$.message': inText, '$.a': 1 },
  };
  const issuer = {
    issuer: origin,
    discovery: 'none',
    metadata: { token_endpoint: `${origin}/token` },
  };
  const grants = { ...issuer, metadata: { token_endpoint: `${origin}/granted` } };
  const client = {
    client_id: inText,
    client_secret: '${secret.ID}',
    token_endpoint_auth_method: 'client_secret_post',
  };
  const environment = {
    protected: false,
    origins: { api: origin },
    issuers: { refuses: issuer, grants },
    clients: { refused: { ...client, issuer: 'refuses' }, granted: { ...client, issuer: 'grants' } },
  };
  const oauth = (name: string): object => ({
    type: 'oauth2',
    grant_type: 'client_credentials',
    client: name,
  });
  const project = {
    environments: { 'staging\n::error::\u001b[31m\u009b <b> | ##[group] [a](b) @all': environment },
    credentials: {
      [odd]: oauth('refused'),
      granted: oauth('granted'),
      plain: { type: 'bearer', token: '${secret.TOKEN}' },
    },
  };
  const scenarios = paths.map((path, at) => {
    const name = path === '/body' ? inText : path;
    const steps = [{ name, GET: path, timeout: '20s', expect: path === '/body' ? wrong : { status: 200 } }];
    return [`${at} ::error::\u009b##[group].yml`, yaml({ name, tags: [name], credential: 'plain', steps })];
  });
  return {
    ...Object.fromEntries(scenarios),
    'why401.yml': yaml(project),
    'refused.yml': yaml({
      name: `refused ${inText}`,
      credential: odd,
      steps: [{ name: inText, GET: '/body' }],
    }),
    'granted.yml': yaml({ name: 'granted', credential: 'granted', steps: [{ GET: '/challenge' }] }),
    'rows.yml': yaml({
      name: 'rows',
      credential: 'plain',
      data: [{ name: inText, status: 200 }],
      steps: [{ GET: '/body', expect: { status: '${status}' } }],
    }),
  };
}

/** Two environments that publish such words, to be compared. */
function twins(origin: string): Record<string, string> {
  const environment = (name: string): object => ({
    protected: false,
    origins: { api: origin },
    issuers: { main: `${origin}/${name}` },
  });
  const environments = { a: environment('a'), 'b ::error::\u009b##[group] <b> |': environment('b') };
  return { 'why401.yml': yaml({ environments }) };
}

describe('words of servers and of files', () => {
  let server: Server;
  let origin = '';
  const env = {
    TOKEN: 'a-secret-token-of-the-reader',
    ID: 'a-client-secret-of-ours',
    GITHUB_STEP_SUMMARY: 'summary.md',
  };
  const to = (...formats: string[]): string[] => formats.flatMap((each) => ['--reporter', each]);
  const inFiles = ['console=console.txt', 'junit=junit.xml', 'github=github.txt'];
  const play = (argv: readonly string[], files: Record<string, string>, more: Partial<Command> = {}) =>
    why401(argv, { files, env, ...more });

  before(async () => {
    server = createServer(serve(answers()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it('stay words in every report, and in reports of reports', async function () {
    this.timeout(60_000);
    const ran = await play(
      ['run', '-v', '--checks', ...to('console', 'github=github.txt', 'jsonl=run.jsonl')],
      files(origin),
      { color: true },
    );
    expect([ran.code, effects(ran)]).to.deep.equal([1, []]);
    expect(ran.stdout).to.include('\\x9b31mowned').and.to.include('\\x1b[31mowned').and.to.include('\\u202e');
    const record = { 'run.jsonl': ran.written['run.jsonl'] ?? '' };
    const told = await play(
      ['report', 'run.jsonl', ...to('console', 'json=run.json', 'jsonl=again.jsonl', ...inFiles)],
      record,
      { terminal: true },
    );
    expect([told.code, effects(told)]).to.deep.equal([1, []]);
    const written = 'again.jsonl console.txt github.txt junit.xml run.json summary.md';
    expect(Object.keys(told.written).sort().join(' ')).to.equal(written);
  });

  it('stay words in what is compared', async () => {
    const compared = await play(
      ['compare', '-v', ...to('console', 'jsonl=run.jsonl', ...inFiles)],
      twins(origin),
    );
    expect(effects(compared)).to.deep.equal([]);
    expect(compared.stdout).to.include('\\x9b31mowned');
  });

  it('stay words in token, list, lint and problems', async () => {
    const project = files(origin);
    for (const argv of [
      ['token', 'granted'],
      ['token', 'granted', '--json'],
      ['token', 'granted', '--show'],
      ['token', odd],
      ['list'],
      ['lint'],
      ['lint', `no\u009b::error::\n::error::##[group]`],
      ['lint', '--scan', '.'],
      ['lint', '--scan', '.', '--json'],
    ]) {
      const ended = await play(
        argv,
        {
          ...project,
          'bad\u009b##[group].yml': yaml({ name: inText, [inText]: inText, steps: [{ [inText]: 1 }] }),
        },
        { terminal: true },
      );
      expect([argv, effects(ended)]).to.deep.equal([argv, []]);
    }
  });
});

/** What drives somebody, by where it stands. */
function effects({ stdout, stderr, written }: Ended): string[] {
  return Object.entries({ stdout, stderr, ...written }).flatMap(([name, text]) => {
    const ours = name === 'github.txt' ? text.replace(/^::(?:error|warning|notice) /gm, '') : text;
    if (name.endsWith('.xml')) wellFormed(text);
    if (name.endsWith('.jsonl'))
      for (const line of text.trimEnd().split(/[\p{Cc}\u2028\u2029]/u)) JSON.parse(line);
    const found = name.endsWith('.md') ? active(text) : driving(ours);
    const prose = !name.includes('json') && !text.startsWith('{') && !text.startsWith('eyJ');
    const wide = text.split('\n').filter((line) => prose && line.length > widest);
    return [...found, ...wide.map((line) => `${line.length} characters: ${line.slice(0, 100)}`)].map(
      (line) => `${name}: ${line}`,
    );
  });
}

const xmllint = existsSync('/usr/bin/xmllint');

/** As an XML parser says, where there is one. */
function wellFormed(xml: string): void {
  if (xmllint) execFileSync('xmllint', ['--noout', '-'], { input: xml, stdio: ['pipe', 'ignore', 'pipe'] });
  expect(xml.replace(/&(?:amp|lt|gt|quot|#\d+);/g, '')).not.to.match(
    /&|]]>|<!(?!-- why401 junit report -->)|<\?(?!xml )/,
  );
}
