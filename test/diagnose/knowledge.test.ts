/** How far generic knowledge carries: a catalogue of answers that these signatures were not written for. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { facts } from '../../src/diagnose/facts/facts.ts';
import { universe } from '../../src/diagnose/groups.ts';
import { certaintyOf, rank } from '../../src/diagnose/rank.ts';
import type { Sent } from '../../src/diagnose/signature.ts';
import { read } from '../../src/diagnose/signatures.ts';
import type { Stage, Subject } from '../../src/diagnose/subject.ts';
import type { CauseId, Certainty, RawField } from '../../src/model.ts';
import { answerTo, causeIds } from './answers.ts';

interface Entry {
  readonly id: string;
  readonly side: 'rs' | 'as' | 'edge' | 'session';
  readonly cause: CauseId;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function sharedFolder(): string | null {
  for (let at = process.cwd(); ; at = dirname(at)) {
    if (existsSync(join(at, 'shared', 'DESIGN.md'))) return join(at, 'shared');
    if (dirname(at) === at) return null;
  }
}

const values: Readonly<Record<string, string>> = {
  origin: 'https://api.example.test',
  redirect_uri: 'https://app.example.test/callback',
  'ISO instant': '2026-11-24T13:00:00Z',
  time: '2026-11-24T11:00:00Z',
  t: '2026-11-24T11:00:00Z',
  t1: '20261124T110000Z',
  t2: '20261124T120000Z',
  t3: '20261124T120500Z',
  s: '30',
  scope: 'orders:write',
  scopes: 'orders:write',
  m: 'client_secret_basic',
  claim: 'tenant',
  reason: 'key is of invalid type',
  ip: '192.0.2.7',
  audience: 'https://api.example.test',
  email: 'jane@example.test',
  host: 'api.example.test',
  path: '/orders',
};

function filled(text: string): string {
  return text
    .replace(
      /\{([A-Za-z][\w .:/|-]*)\}/g,
      (_whole, name: string) => values[name] ?? name.split(/\W/)[0] ?? 'x',
    )
    .replace(/\.\.\./g, '');
}

function bodyOf(entry: Entry): string {
  const text = filled(entry.body);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return text.replace(/\[,[^\]]*\]/g, '');
  }
}

function headersOf(entry: Entry): RawField[] {
  return Object.entries(entry.headers).map(([name, value]) => [
    name,
    filled(value)
      .replace(/\[[^\]]*\]/g, '')
      .split(/\|(?=[a-z-]+$)/i)[0] ?? '',
  ]);
}

const atAuthorization: readonly CauseId[] = [
  'response-type-unsupported',
  'par-required',
  'par-request-uri-invalid',
  'login-required',
  'consent-required',
  'consent-denied',
  'request-object-invalid',
];

function stageOf(entry: Entry): Stage {
  // Not OAuth: a scenario calls such an endpoint like any other.
  if (entry.side !== 'as' || /^(vault|simplejwt|gin)-/.test(entry.id)) return 'resource';
  const page =
    entry.status === 302 || /html/i.test(`${JSON.stringify(entry.headers)} ${entry.body.slice(0, 60)}`);
  const redirect = entry.cause === 'redirect-uri-mismatch' && !entry.body.includes('invalid_grant');
  return page || redirect || atAuthorization.includes(entry.cause) || /auth-?client|-auth-/.test(entry.id)
    ? 'authorization'
    : 'token';
}

const sentFor: Readonly<Record<CauseId, Sent>> = {
  'credentials-missing': 'none',
  'password-wrong': 'basic',
  'scheme-mismatch': 'other',
  'api-key-invalid': 'key',
  'api-key-expired': 'key',
  'nonce-stale': 'digest',
  'csrf-failed': 'cookie',
  'cookie-rejected': 'cookie',
  'cookie-not-sent': 'cookie',
  'dpop-proof-invalid': 'dpop',
  'dpop-nonce-required': 'dpop',
};

function sentIn(entry: Entry, stage: Stage): Sent {
  if (stage !== 'resource') return 'none';
  if (entry.side === 'session' && entry.cause === 'session-expired') return 'cookie';
  const challenge =
    Object.entries(entry.headers).find(([name]) => name.toLowerCase() === 'www-authenticate')?.[1] ?? '';
  if (entry.cause === 'token-binding-mismatch' && /^dpop/i.test(challenge)) return 'dpop';
  if (/^dpop/.test(entry.cause) && !/dpop/i.test(challenge) && challenge !== '') return 'bearer';
  if (/^(key|azure)/i.test(challenge) && sentFor[entry.cause] === undefined) return 'key';
  return sentFor[entry.cause] ?? 'bearer';
}

function grantIn(entry: Entry): string {
  const { cause, id, body } = entry;
  if (/^code-/.test(cause)) return 'authorization_code';
  if (/^refresh-/.test(cause) || /-rt|refresh/i.test(id) || /refresh token/i.test(body))
    return 'refresh_token';
  if (/^(code|pkce|redirect|client-mismatch|session|consent)/.test(cause)) return 'authorization_code';
  if (/^(password|user|account|mfa)/.test(cause)) return 'password';
  if (/^vault/.test(id)) return 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return 'client_credentials';
}

/** An error that an authorization endpoint sends to the callback. */
function redirected(entry: Entry, headers: RawField[], body: string): { headers: RawField[]; body: string } {
  const told = /^Location: (\S+)$/.exec(body)?.[1];
  if (told !== undefined) return { headers: [...headers, ['Location', told]], body: '' };
  if (entry.status !== 302 || !body.startsWith('{')) return { headers, body };
  const parameters = new URLSearchParams(JSON.parse(body) as Record<string, string>);
  return { headers: [...headers, ['Location', `https://app.example.test/callback?${parameters}`]], body: '' };
}

function subjectOf(entry: Entry): Subject {
  const stage = stageOf(entry);
  const { headers, body } = redirected(entry, headersOf(entry), bodyOf(entry));
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type');
  const html = /<[a-z]|^html/i.test(body);
  return answerTo({
    stage,
    status: entry.status || (entry.side === 'edge' ? 403 : 401),
    ...(stage === 'token' && entry.cause !== 'client-auth-missing' ? {} : { sent: sentIn(entry, stage) }),
    ...(stage === 'token' ? { grant: grantIn(entry), method: 'POST' } : {}),
    ...(entry.cause === 'csrf-failed' ? { method: 'POST' } : {}),
    headers: typed || !html ? headers : [...headers, ['Content-Type', 'text/html']],
    body,
  });
}

interface Verdict {
  readonly entry: Entry;
  readonly first: CauseId | null;
  readonly certainty: Certainty;
  readonly named: readonly CauseId[];
  readonly texts: readonly string[];
}

/** Arrival is taken as shown: the least that stands between a text and "certain". */
function judge(entry: Entry, all: readonly CauseId[]): Verdict {
  const subject = subjectOf(entry);
  const texts = read(subject);
  const open = [...new Set([...universe(subject), ...all])];
  const ranking = rank(open, [...facts(subject), ...texts]);
  const supported = ranking.candidates.filter(({ support }) => support.length > 0);
  return {
    entry,
    first: supported[0]?.cause ?? null,
    certainty: certaintyOf(ranking, { stage: subject.stage, arrival: 'arrived', proven: null }),
    named: supported.map(({ cause }) => cause),
    texts: texts.map(({ id, weight }) => `${id.replace('says/', '')}:${weight}`),
  };
}

describe('generic knowledge', () => {
  const folder = sharedFolder();
  let verdicts: readonly Verdict[] = [];

  before(function () {
    if (folder === null) return this.skip();
    const file = join(folder, 'knowledge', 'signatures.json');
    const entries = JSON.parse(readFileSync(file, 'utf8')) as Entry[];
    verdicts = entries.map((entry) => judge(entry, causeIds()));
    return undefined;
  });

  it('puts the right cause first in three answers of five', () => {
    const right = verdicts.filter(({ entry, first }) => first === entry.cause);
    const named = verdicts.filter(
      ({ entry, first, named: all }) => first !== entry.cause && all.includes(entry.cause),
    );
    const silent = verdicts.filter(({ first }) => first === null);
    const share = (part: readonly unknown[]): string =>
      `${part.length} (${((100 * part.length) / verdicts.length).toFixed(1)} %)`;
    process.stdout.write(
      `      ${verdicts.length} answers: first ${share(right)}, named ${share(named)}, nothing ${share(silent)}\n`,
    );
    if (process.env['WHY401_VERBOSE']) printMissed(verdicts);
    expect(right.length / verdicts.length).to.be.at.least(0.6);
  });

  it('is certain of no other cause', () => {
    const wrong = verdicts.filter(
      ({ entry, first, certainty }) => first !== entry.cause && certainty === 'certain',
    );
    expect(wrong.map(({ entry, first }) => `${entry.id}: ${entry.cause}, not ${first}`)).to.deep.equal([]);
  });
});

function printMissed(verdicts: readonly Verdict[]): void {
  const missed = verdicts.filter(({ entry, first }) => first !== entry.cause);
  missed.sort((a, b) => a.entry.cause.localeCompare(b.entry.cause));
  for (const { entry, first, named, texts } of missed) {
    const where = named.includes(entry.cause) ? 'named' : 'absent';
    process.stdout.write(`${entry.cause} | ${entry.id} | ${first} | ${where} | ${texts.join(' ')}\n`);
  }
}
