/** Echo endpoints that lie, lead elsewhere, or never end. */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import { api, headerOf, json, projectWith, refuse, secrets, type Trial, trial } from '../support/trial.ts';
import { validReport } from '../support/valid-report.ts';

const elsewhere = 'https://elsewhere.test';
type Answer = (response: ServerResponse, request: Received) => void;

describe('a hostile echo endpoint', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
    await origins.serve(elsewhere, (request, response) =>
      json(response, 200, { headers: fieldsOf(request) }),
    );
  });
  afterEach(() => origins.close());

  const fieldsOf = (request: Received): Record<string, string> =>
    Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));

  async function answered(
    answer: Answer,
    over: JsonMap = {},
    given: Parameters<typeof trial>[1] = {},
    refusal: (response: ServerResponse) => void = (response) => refuse(response, 'Bearer'),
  ): Promise<Trial> {
    await origins.serve(api, (request, response) =>
      request.url.startsWith('/debug/headers') ? answer(response, request) : refusal(response),
    );
    const project = projectWith({ echo: '/debug/headers', experiments: { allow: ['A0'] }, ...over });
    const made = await trial(origins, {
      project,
      steps: [{ name: 'read', GET: '/orders', timeout: '500ms' }],
      ...given,
    });
    const report = await validReport(made.replayed);
    expect(report).not.to.contain(secrets.TOKEN);
    expect(made.found.filter((each) => /(?:certain|proven)$/.test(each))).to.deep.equal([]);
    expect(origins.received.filter(({ origin }) => origin !== api)).to.deep.equal([]);
    return made;
  }

  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  const rows: readonly (readonly [what: string, answer: Answer])[] = [
    [
      'redirects to another origin',
      (response) => response.writeHead(307, { location: `${elsewhere}/x` }).end(),
    ],
    ['redirects to itself', (response) => response.writeHead(302, { location: '/debug/headers' }).end()],
    [
      'refreshes elsewhere',
      (response) => response.writeHead(200, { refresh: `0;url=${elsewhere}` }).end('x'),
    ],
    ['answers 10 MB', (response) => response.end('a: b\n'.repeat(2_000_000))],
    ['is a gzip bomb', (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)],
    ['answers deep JSON', (response) => response.end('{"headers":'.repeat(5_000))],
    ['closes deep JSON', (response) => response.end(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)],
    ['never ends', (response) => void response.write('{"headers": {"host": "a"')],
    ['never begins', () => {}],
    ['breaks off', (response) => void response.write('{"headers"', () => response.destroy())],
    [
      'has the names of prototypes',
      (response) =>
        response.end(
          '{"__proto__":{"headers":{"host":"a"}},"constructor":{"headers":null},"headers":{"__proto__":"x","host":"h","constructor":"c","toString":"t","authorization":{"__proto__":1}}}',
        ),
    ],
    ['names 100,000 fields', (response) => response.end(`host: a\n${'x-field: y\n'.repeat(100_000)}`)],
    [
      'is of nulls',
      (response) => response.end('{"headers":[null,[null],{"name":null,"value":null}],"host":null}'),
    ],
    ['is binary', (response) => response.end(Buffer.from([0xff, 0xfe, 0, 0xd8, 0, 0xdc]))],
  ];
  for (const [what, answer] of rows)
    it(`${what}: nothing is certain, and no credential leaves`, async () => {
      const { replayed } = await answered(answer);
      const probes = origins.received.filter(({ url }) => url.startsWith('/debug'));
      expect(probes.length).to.be.lessThan(2);
      for (const { method, body } of probes) expect([method, body]).to.deep.equal(['GET', '']);
      expect(replayed.jobs[0]?.steps[0]?.status).to.equal('failed');
    });

  it('that lies about every fate makes nothing certain', async () => {
    const lies: readonly ((fields: Record<string, string>) => JsonMap)[] = [
      ({ authorization: _, ...rest }) => rest,
      (fields) => ({ ...fields, authorization: 'Bearer another-token-of-somebody' }),
      (fields) => ({ ...fields, authorization: 'Basic YTpi' }),
      (fields) => ({ ...fields, authorization: [fields['authorization'] ?? '', 'Basic YTpi'] }),
      (fields) => ({ ...fields, authorization: (fields['authorization'] ?? '').slice(0, 20) }),
      (fields) => fields,
      () => ({ host: 'a', 'user-agent': 'b' }),
    ];
    const challenges = [
      'Bearer',
      'Bearer error="invalid_token", error_description="The token expired"',
      'Bearer error="insufficient_scope"',
    ];
    for (const challenge of challenges) {
      let at = 0;
      const answer: Answer = (response, request) =>
        json(response, 200, { headers: lies[at]?.(fieldsOf(request)) ?? {} });
      await answered(answer, {}, {}, (response) => refuse(response, challenge));
      for (at = 1; at < lies.length; at += 1) {
        const project = projectWith({ echo: '/debug/headers', experiments: { allow: ['A0'] } });
        const { found } = await trial(origins, { project });
        const sure = found.filter((each) => /(?:certain|proven)$/.test(each));
        expect(sure.filter((each) => /stripped|replaced|duplicated|dropped/.test(each))).to.deep.equal([]);
      }
      await origins.close();
      origins = await startOrigins();
    }
  });

  it('shows values of others in no report, whatever its status', async () => {
    const password = 'the-password-of-the-gateway';
    for (const status of [200, 302, 404, 500]) {
      const { replayed } = await answered((response, request) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            headers: { ...fieldsOf(request), authorization: `Basic ${password}`, host: 'h' },
          }),
        ),
      );
      expect(await validReport(replayed)).not.to.contain(password);
      await origins.close();
      origins = await startOrigins();
    }
  });

  it('is not asked without experiments, and never with the method or body of the step', async () => {
    const { ids } = await answered(
      (response) => response.end('host: a'),
      {},
      { options: { experiments: false } },
    );
    expect([ids, origins.received.length]).to.deep.equal([[], 1]);
    await origins.close();
    origins = await startOrigins();
    const steps: JsonMap[] = ['POST', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
      name: method,
      [method]: '/orders',
      writes: true,
      headers: { 'Content-Type': 'text/plain', 'X-HTTP-Method-Override': method },
      ...(method === 'DELETE' ? {} : { body: { text: 'a body' } }),
    }));
    for (const step of steps) {
      await answered(
        (response, request) => json(response, 200, { headers: fieldsOf(request) }),
        {},
        { steps: [step] },
      );
      const probes = origins.received.filter(({ url }) => url.startsWith('/debug'));
      expect(probes.length).to.equal(1);
      expect(
        probes.map((probe) => [
          probe.method,
          probe.body,
          headerOf(probe, 'content-type'),
          headerOf(probe, 'x-http-method-override'),
        ]),
      ).to.deep.equal(probes.map(() => ['GET', '', null, null]));
      await origins.close();
      origins = await startOrigins();
    }
  });
});
