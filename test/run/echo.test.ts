/** The experiment `echo`: what is sent to an endpoint that shows headers, and what is made of its answer. */
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { type Origins, type Received, startOrigins } from '../support/origins.ts';
import {
  accounts,
  api,
  headerOf,
  json,
  login,
  projectWith,
  refuse,
  secrets,
  type Trial,
  trial,
} from '../support/trial.ts';

/** Header fields as the application would see them. */
type Way = (fields: Record<string, string>, sent: Received) => Record<string, string | string[]>;
const other = 'https://other.example.test';
const token = `Bearer ${secrets.TOKEN}`;

describe('experiment echo', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  async function seenThrough(
    way: Way,
    over: JsonMap = {},
    given: Parameters<typeof trial>[1] = {},
  ): Promise<Trial> {
    await origins.serve(api, (request, response) => {
      if (!request.url.startsWith('/debug/headers')) return refuse(response, 'Bearer');
      const fields = Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
      json(response, 200, { headers: way(fields, request) });
    });
    const project = projectWith({ echo: '/debug/headers', experiments: { allow: ['A0'] }, ...over });
    const made = await trial(origins, { project, ...given });
    const { reported, received } = accounts(origins, made.replayed);
    expect(reported).to.deep.equal(received);
    expect(JSON.stringify(made.replayed.jobs)).not.to.contain(secrets.TOKEN);
    return made;
  }
  const set =
    (value: string | string[]): Way =>
    (fields) => ({ ...fields, authorization: value });

  const fates: readonly (readonly [what: string, way: Way, observed: string, found: string])[] = [
    [
      'absent',
      ({ authorization: _, ...fields }) => fields,
      '200, authorization did not arrive',
      'credentials-stripped-by-proxy likely',
    ],
    [
      'moved',
      ({ authorization, ...fields }) => ({ ...fields, 'x-forwarded-authorization': authorization ?? '' }),
      '200, authorization did not arrive; its value stands in x-forwarded-authorization',
      'credentials-stripped-by-proxy likely',
    ],
    [
      'replaced',
      set('Basic c2VydmljZTpz'),
      '200, authorization arrived with another value: Basic in the place of Bearer',
      'credentials-replaced-by-proxy likely',
    ],
    [
      'another token',
      set('Bearer the-token-of-the-gateway'),
      '200, authorization arrived with another value',
      'credentials-replaced-by-proxy likely',
    ],
    [
      'cut',
      set(token.slice(0, 20)),
      `200, authorization arrived cut: 20 of ${token.length} characters`,
      'credentials-replaced-by-proxy likely',
    ],
    [
      'twice in one line',
      set(`${token}, Basic c2VydmljZTpz`),
      '200, authorization arrived beside another of its name',
      'credentials-duplicated likely',
    ],
    [
      'twice',
      set([token, 'Basic c2VydmljZTpz']),
      '200, authorization arrived beside another of its name',
      'credentials-duplicated likely',
    ],
    [
      'hidden',
      set('Bearer ***'),
      '200, authorization arrived; its value is not shown',
      'token-revoked possible',
    ],
    ['intact', (fields) => fields, '200, authorization arrived as it was sent', 'token-revoked possible'],
    [
      'none of ours',
      ({ host }) => ({ host: host ?? '' }),
      '200, authorization did not arrive; no other header of ours is shown either',
      'credentials-stripped-by-proxy possible',
    ],
    [
      "somebody else's request",
      () => ({ host: 'api.example.test', 'x-why401-probe': 'another' }),
      '200: another request than this one is shown',
      'credentials-stripped-by-proxy possible',
    ],
  ];
  for (const [what, way, observed, found] of fates)
    it(`reads ${what}`, async () => {
      const made = await seenThrough(way);
      expect({ tried: made.tried.slice(0, 1), found: made.found }).to.deep.equal({
        tried: [`echo: ${observed}`],
        found: [found],
      });
    });

  it('sends the fields of the step in their order, and one of its own behind them', async () => {
    await seenThrough(
      (fields) => fields,
      {},
      { steps: [{ GET: '/orders?page=2', headers: { 'X-Tenant': 'a' } }] },
    );
    const [step, probe] = origins.received;
    const names = (request: Received | undefined): string[] => (request?.headers ?? []).map(([name]) => name);
    expect(names(probe)).to.deep.equal([...names(step), 'X-Why401-Probe']);
    expect([probe?.method, probe?.url]).to.deep.equal(['GET', '/debug/headers']);
  });

  it('leaves the body of the step and what describes it behind', async () => {
    await seenThrough(
      (fields) => fields,
      {},
      { steps: [{ POST: '/orders', body: { json: { a: 1 } }, writes: true }] },
    );
    const probe = origins.received.find(({ url }) => url === '/debug/headers');
    expect(probe?.method).to.equal('GET');
    expect(probe && [headerOf(probe, 'content-type'), headerOf(probe, 'content-length')]).to.deep.equal([
      null,
      null,
    ]);
  });

  it('shows no value of the answer in the trace', async () => {
    const { replayed } = await seenThrough(set('Basic the-password-of-the-gateway'));
    const bodies = replayed.jobs.flatMap(({ steps }) =>
      steps.flatMap(({ exchanges }) =>
        exchanges.flatMap(({ hops }) =>
          hops.map(({ response }) => Buffer.from(response?.body.content ?? []).toString()),
        ),
      ),
    );
    expect(bodies.join('\n')).not.to.contain('the-password-of-the-gateway');
    expect(bodies.join('\n')).to.contain('values left out; header fields received: ');
  });

  it('is asked in protected environments, where it is the first of two requests', async () => {
    const { ids } = await seenThrough((fields) => fields, { protected: true, experiments: {} });
    expect(ids).to.deep.equal(['echo']);
  });

  it('is asked after an equal answer, where the server speaks of the token', async () => {
    await origins.serve(api, (request, response) =>
      request.url === '/debug/headers'
        ? json(response, 200, {
            headers: {
              host: 'a',
              'user-agent': headerOf(request, 'user-agent') ?? '',
              authorization: 'Bearer of-the-gateway',
            },
          })
        : refuse(response, 'Bearer error="invalid_token"'),
    );
    const project = projectWith({ echo: '/debug/headers', protected: true });
    const { ids, found } = await trial(origins, { project });
    expect({ ids, found }).to.deep.equal({
      ids: ['without-credential', 'echo'],
      found: ['credentials-replaced-by-proxy likely'],
    });
  });

  it('says less of another origin', async () => {
    await origins.serve(other, (request, response) =>
      json(response, 200, { host: 'o', 'user-agent': headerOf(request, 'user-agent') ?? '' }),
    );
    await origins.serve(api, (_, response) => refuse(response, 'Bearer'));
    const project = projectWith({
      origins: { api, other },
      echo: 'other:/headers',
      experiments: { allow: ['A0'] },
    });
    const { tried, found } = await trial(origins, { project });
    expect(tried[0]).to.equal(
      `echo: 200, authorization did not arrive; that is ${other}, not the origin that refused`,
    );
    expect(found).to.deep.equal(['credentials-stripped-by-proxy possible']);
  });

  it('sends no password, unless it is named', async () => {
    const credentials: JsonMap = { reader: { type: 'basic', username: 'ci', password: '${secret.TOKEN}' } };
    await origins.serve(api, (_, response) => refuse(response, 'Basic realm="api"'));
    const project = projectWith({ echo: '/debug/headers' }, { credentials });
    const { ids } = await trial(origins, { project });
    expect(ids).not.to.include('echo');
  });

  it('reads nothing from what is no echo', async () => {
    await origins.serve(api, (_, response) => refuse(response, 'Bearer'));
    const project = projectWith({ echo: '/debug/headers', experiments: { allow: ['A0'] } });
    const { tried } = await trial(origins, { project });
    expect(tried[0]).to.equal('echo: 401: no header fields are shown');
  });

  for (const [echo, message] of [
    [`${login}/headers`, `${login} is not an origin of this environment: no credential goes there.`],
    ['nobody:/headers', '"nobody:/headers" is not the address of an echo endpoint.'],
    [
      'https://api.example.test/headers#x',
      '"https://api.example.test/headers#x" is not the address of an echo endpoint.',
    ],
  ] as const)
    it(`is a problem at ${echo}`, async () => {
      const failed = await trial(origins, { project: projectWith({ echo }) }).then(
        () => 'none',
        (error: unknown) => String(error),
      );
      expect(failed).to.contain(message);
    });
});
