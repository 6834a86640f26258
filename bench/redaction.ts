/** What the redactor costs: a long text beside many secrets, as a ratio to the same text beside one. */
import { createHash } from 'node:crypto';
import { createRedactor, type Redactor } from '../src/secret.ts';

const size = 10_000_000;
const many = 1000;

/** Different each time, the same in each run. */
function token(index: number): string {
  const part = (name: string): string => createHash('sha512').update(`${name} ${index}`).digest('base64url');
  return `eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUudGVzdCIsImp0aSI6Ij${part('jti')}${part('sub')}.${part('a')}${part('b')}`;
}

function knowing(secrets: Iterable<string>): Redactor {
  const redactor = createRedactor();
  let index = 0;
  for (const secret of secrets) {
    index += 1;
    redactor.learn(`secret ${index}`, secret);
  }
  return redactor;
}

function fill(unit: string): string {
  return unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
}

/** The least of three, in milliseconds. */
function time(work: () => unknown): number {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now();
    work();
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}

export interface Compared {
  readonly what: string;
  readonly ours: number;
  readonly than: string;
  readonly theirs: number;
}

export function* redactions(): Generator<Compared> {
  const tokens = Array.from({ length: many }, (_, index) => token(index));
  const nested = Array.from({ length: many }, (_, index) => `${'a'.repeat(index + 4)}b`);
  const words = '{"id": 4711, "name": "an order of somebody", "state": "open", "total": 17.25},\n';
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['JSON', fill(words), tokens],
    ['eyJheyJh...', fill('eyJh'), tokens],
    ['beginnings of tokens', fill((tokens[0] ?? '').slice(0, 150)), tokens],
    ['beginnings that were cut', fill(`${(tokens[0] ?? '').slice(0, 40)}... `), tokens],
    ['tokens', fill(`${tokens.join('\n')}\n`), tokens],
    ['aaaa..., secrets aa...b', fill('a'), nested],
    ['escapes of escapes', fill('%2525255C%2525255C'), tokens],
    ['base64 of JSON', Buffer.from(fill(words)).toString('base64').slice(0, size), tokens],
  ];
  for (const [name, text, secrets] of cases) {
    const one = knowing(secrets.slice(-1));
    const all = knowing(secrets);
    const theirs = time(() => one.redact(text));
    yield {
      what: `10 MB, ${many} secrets: ${name}`,
      ours: time(() => all.redact(text)),
      than: '1 secret',
      theirs,
    };
  }
  const learnt = time(() => knowing(Array.from({ length: 100_000 }, (_, index) => token(index))));
  const hashed = time(() => Array.from({ length: 100_000 }, (_, index) => token(index)));
  yield { what: 'learn 100,000 tokens', ours: learnt, than: 'make them', theirs: hashed };
}
