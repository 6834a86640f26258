import { expect } from 'chai';
import { why401 } from '../support/command.ts';

describe('names of clients in expect.redirects.survives', () => {
  it('are looked at before anything is sent, all at once', async () => {
    const scenario = `steps:
  - GET: /
    expect:
      redirects:
        survives:
          authorization: [curl, curll, nobody-knows-it]
          x-api-key: python-request
`;
    const ended = await why401(['run', '--reporter', 'json=r.json'], {
      files: {
        'why401.yml': 'environments: {a: {origins: {api: "https://api.example.test"}}}\n',
        'steps.yml': scenario,
      },
      env: {},
    });
    const report = JSON.parse(ended.written['r.json'] ?? '{}') as {
      problems: { code: string; message: string; fix: string; source: { line: number; column: number } }[];
    };
    const known = 'There are: browser, fetch, ';
    expect([
      ended.code,
      ...report.problems.map(({ code, message, fix, source: { line, column } }) => [
        `${code} ${line}:${column} ${message}`,
        fix.startsWith(known) ? known : fix,
      ]),
    ]).to.deep.equal([
      2,
      ['UNKNOWN_HTTP_CLIENT 6:33 No HTTP client "curll" is known.', 'Did you mean "curl"?'],
      ['UNKNOWN_HTTP_CLIENT 6:40 No HTTP client "nobody-knows-it" is known.', known],
      [
        'UNKNOWN_HTTP_CLIENT 7:22 No HTTP client "python-request" is known.',
        'Did you mean "python-requests"?',
      ],
    ]);
  });
});
