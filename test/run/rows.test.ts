import { expect } from 'chai';
import type { JobResult } from '../../src/model.ts';
import { reportJob } from '../../src/report/result.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { replay } from '../support/replay.ts';
import { api, headerOf, json, projectWith, refuse } from '../support/trial.ts';
import { validReport } from '../support/valid-report.ts';

describe('a run with rows of data', () => {
  let origins: Origins;
  before(async () => {
    origins = await startOrigins();
    await origins.serve(api, (request, response) => {
      const { pathname } = new URL(request.url, api);
      if (pathname === '/captured') json(response, 200, { id: 'captured' });
      else if (pathname === '/closed' || pathname.endsWith('/closed')) refuse(response, 'Basic realm="a"');
      else json(response, 200, {});
    });
  });
  beforeEach(() => {
    origins.received.length = 0;
  });
  after(() => origins.close());

  const sent = () =>
    origins.received
      .map((each) => [each.url, headerOf(each, 'x-note'), ...(each.body === '' ? [] : [each.body])])
      .sort();
  const rowOf = (job: JobResult | undefined) => job && (reportJob(job)['row'] as unknown);

  it('sends what each row says: as text, as it was written, or with its type; never as a template', async () => {
    const replayed = await replay({
      origins,
      project: projectWith(),
      secrets: { X: 'a-secret-that-no-row-names' },
      scenarios: {
        'a.yml': {
          data: [
            { id: '007', note: '${secret.X}', body: { list: [1, true, '${uuid}'] } },
            { id: 'a/b ?', note: '$${env.HOME}', body: null },
            { id: '${from}', note: '${environment} ${', body: 7 },
          ],
          variables: { from: 'a variable', path: '/orders/${id}' },
          steps: [
            {
              POST: '/orders/${id}',
              query: { q: '${id}' },
              headers: { 'x-note': '${note}' },
              body: { json: { b: '${body:-none}' } },
            },
          ],
        },
      },
    });
    const { jobs } = replayed;
    await validReport(replayed);
    expect(sent()).to.deep.equal([
      ['/orders/%24%7Bfrom%7D?q=%24%7Bfrom%7D', '${environment} ${', '{"b":7}'],
      ['/orders/007?q=007', '${secret.X}', '{"b":{"list":[1,true,"${uuid}"]}}'],
      ['/orders/a%2Fb%20%3F?q=a%2Fb%20%3F', '$${env.HOME}', '{"b":"none"}'],
    ]);
    expect(jobs.map((job) => [job.name, job.status, rowOf(job)])).to.deep.equal([
      ['a [row 1]', 'passed', { number: 1, name: null }],
      ['a [row 2]', 'passed', { number: 2, name: null }],
      ['a [row 3]', 'passed', { number: 3, name: null }],
    ]);
  });

  it('looks values up after captures and before all variables', async () => {
    await replay({
      origins,
      project: projectWith({ variables: { id: 'environment' } }),
      secrets: {},
      scenarios: {
        'a.yml': {
          data: [{ id: 'row' }],
          variables: { id: 'scenario', indirect: 'by-${id}' },
          steps: [
            { GET: '/${id}/${indirect}' },
            { GET: '/captured', capture: { id: '$.id' } },
            { GET: '/${id}' },
          ],
        },
      },
    });
    expect(origins.received.map(({ url }) => url)).to.deep.equal(['/row/by-row', '/captured', '/captured']);
  });

  it('tries a password that is refused once, however many rows and jobs at a time there are', async () => {
    const { jobs } = await replay({
      origins,
      project: projectWith(
        {},
        { credentials: { basic: { type: 'basic', username: 'ci', password: '${secret.PASSWORD}' } } },
      ),
      secrets: { PASSWORD: 'not-the-right-one' },
      options: { concurrency: 20, experiments: false },
      scenarios: {
        'a.yml': {
          data: Array.from({ length: 40 }, (_, at) => ({ at })),
          credential: 'basic',
          steps: [{ GET: '/${at}/closed' }],
        },
      },
    });
    expect([
      jobs.filter(({ status }) => status === 'failed').length,
      origins.received.filter((each) => headerOf(each, 'authorization') !== null).length,
    ]).to.deep.equal([40, 1]);
  });

  it('holds a row that fails beside the same row of the other environment', async () => {
    const other = 'https://other.example.test';
    await origins.serve(other, (_, response) => json(response, 200, {}));
    const { jobs } = await replay({
      origins,
      project: {
        environments: { one: { origins: { api } }, two: { origins: { api: other } } },
      },
      options: { experiments: false },
      scenarios: {
        'a.yml': {
          data: [
            { name: 'open', path: 'x' },
            { name: 'shut', path: 'closed' },
          ],
          in: {
            two: {
              data: [
                { name: 'shut', path: 'closed' },
                { name: 'open', path: 'x' },
              ],
            },
          },
          steps: [{ GET: '/${path}' }],
        },
      },
    });
    expect(
      jobs.map(({ name, environment, status, steps }) => [
        name,
        environment,
        status,
        steps[0]?.beside?.environment,
        steps[0]?.beside?.passed,
      ]),
    ).to.deep.equal([
      ['a [open]', 'one', 'passed', undefined, undefined],
      ['a [shut]', 'one', 'failed', 'two', true],
      ['a [shut]', 'two', 'passed', undefined, undefined],
      ['a [open]', 'two', 'passed', undefined, undefined],
    ]);
  });
});
