/** Whatever secrets look like, wherever they come back and however they are written: in no report, and the rest is. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { RunEvent } from '../../src/model.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { createRedactor } from '../../src/secret.ts';
import { digits, escapes, readings } from '../support/disguises.ts';
import { events, exchange, finding, job, secure, source, step } from '../support/runs.ts';
import { formatProblem, memorySink } from './output.ts';

const runs = { seed: 401, numRuns: Number(process.env['WHY401_FUZZ'] ?? 25) };

const odd = `k/+=&<>'"%~*()[]{}:;,\\#@!?$^| -._`;
const alphabet = (letters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength });
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Long enough to be nobody's word. */
const secret = fc.oneof(
  alphabet(odd, 3, 30).map((text) => `q7${text}zK9w`),
  alphabet(base64, 12, 60).map((text) => `${text}9Q==`),
  alphabet('%25AFaf0', 6, 20).map((text) => `w%${text}W3x`),
  alphabet('äé€😀日 "\\', 2, 10).map((text) => `p9${text}Vq7`),
  alphabet('\\nu00"t', 4, 12).map((text) => `J5${text}j8`),
  alphabet(base64.slice(0, 62), 20, 40).map((text) => `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI${text}.${text}sig`),
);
/** One, one that begins with it, and one that holds it. */
const family = fc
  .tuple(secret, secret)
  .map(([one, other]) => [one, `${one}${other}`, `X8${one}b`, other] as const);

const chain = fc.tuple(
  fc.array(fc.constantFrom(...Object.values(escapes)), { maxLength: 2 }),
  fc.option(fc.constantFrom(...Object.values(digits)), { nil: (text: string) => text }),
  fc.option(fc.constantFrom(...Object.values(escapes)), { nil: (text: string) => text }),
);
type Chain = typeof chain extends fc.Arbitrary<infer Value> ? Value : never;

function disguised(text: string, [first, binary, last]: Chain): string {
  return last(binary(first.reduce((value, encode) => encode(value), text)));
}

/** A step that failed, with `said` wherever a server or a person has a word. */
function told(said: string): readonly RunEvent[] {
  const url = `https://api.example.test/orders?echo=${said}&page=2`;
  const body = `{"error":"invalid_token","hint":"${said}","note":"scope orders:read is missing"}`;
  const challenge = `Bearer realm="orders-realm", error="invalid_token", error_description="${said}"`;
  const parts = {
    exchanges: [
      exchange('staging', [
        {
          url,
          status: 302,
          headers: [
            ['Location', `/next#${said}`],
            ['X-Echo', said],
            [`X-${said}`, '1'],
          ],
        },
        { url, sent: [['X-Sent', said]], status: 401, headers: [['WWW-Authenticate', challenge]], body },
      ]),
    ],
    checks: [
      {
        kind: 'body',
        subject: said,
        passed: false,
        expected: `contains "${said}"`,
        actual: said,
        source: source('a.yml', 2),
      } as const,
    ],
    findings: [
      finding('staging', {
        cause: 'token-invalid-unspecified',
        summary: `It says ${said} for https://id.example.test, aud orders-api.`,
        evidence: [{ hop: 2, field: said, seen: said }],
        fix: `Mend ${said}.`,
        alternatives: [{ cause: 'token-expired', why_not: said }],
      }),
    ],
  };
  const problem = {
    code: 'BUG',
    message: `TypeError: ${said}\n    at stack (a.js:1)`,
    source: null,
    line: said,
    fix: said,
  };
  return [
    ...events(
      [job(0, `job ${said}`, 'staging', [step(`step ${said}`, 14, 'failed', parts)], [said])],
      secure('staging'),
      {
        problems: [problem],
      },
    ),
  ];
}

const outputs = [
  ['console', true, false],
  ['console', false, true],
  ['json', false, false],
  ['jsonl', false, false],
  ['junit', false, false],
  ['github', false, false],
] as const;

async function reports(secrets: readonly string[], said: string): Promise<string[]> {
  const texts: string[] = [];
  for (const [name, verbose, color] of outputs) {
    const redactor = createRedactor();
    for (const [index, each] of secrets.entries()) redactor.learn(`s${index}`, each);
    const [sink, summarySink] = [memorySink({ color }), memorySink()];
    const options = { verbose, checks: verbose, clients: verbose, formatProblem };
    const reporter = await createReporter({ name, sink, summarySink, redactor, options });
    for (const event of told(said)) reporter.event(event);
    await reporter.end();
    texts.push(sink.text(), summarySink.text());
  }
  return texts;
}

/** Of what is longer, its middle: what is beside it in base64 has a part in its borders. */
function isIn(text: string, secrets: readonly string[]): string | undefined {
  return secrets.find((each) => text.includes(each) || text.includes(each.replaceAll('+', ' ')));
}

describe('secrets in disguise', () => {
  it('are in no report, and what explains is', async () => {
    await fc.assert(
      fc.asyncProperty(family, fc.nat(3), chain, async (secrets, index, how) => {
        const said = disguised(secrets[index] ?? '', how);
        const texts = await reports(secrets, said);
        const all = texts.join('\n');
        const left = [...readings(all, 3)]
          .map((each) => isIn(each, secrets))
          .find((each) => each !== undefined);
        expect(left, `of ${said}`).to.equal(undefined);
        for (const text of [texts[0], texts[4], texts[6], texts[8]])
          for (const word of ['invalid_token', 'id.example.test', 'orders-api'])
            expect(text).to.include(word);
        for (const text of [texts[0], texts[4], texts[6]])
          for (const word of ['orders-realm', 'api.example.test/orders', 'page=2', 'WWW-Authenticate'])
            expect(text, word).to.include(word);
        expect(texts[4]).to.include('orders:read');
        JSON.parse(texts[4] ?? '');
        for (const line of (texts[6] ?? '').trimEnd().split('\n')) JSON.parse(line);
      }),
      runs,
    );
  });
});
