import { expect } from 'chai';
import { render } from '../report/output.ts';
import { why401 } from '../support/command.ts';
import { runs } from '../support/runs.ts';

const jsonl = async (name: string): Promise<string> => (await render('jsonl', runs[name] ?? [])).text;
const json = async (name: string): Promise<string> => (await render('json', runs[name] ?? [])).text;

async function told(files: Record<string, string>, ...argv: string[]) {
  const named = argv.length > 0 ? argv : Object.keys(files);
  const { code, written } = await why401(['report', ...named, '--reporter', 'json=told.json'], { files });
  const report = JSON.parse(written['told.json'] ?? '{}') as {
    problems: { code: string; message: string; source: { line: number } | null }[];
    scenarios: unknown[];
  };
  const problems = report.problems.map((each) => `${each.code} ${each.source?.line ?? '-'} ${each.message}`);
  return { code, problems, scenarios: report.scenarios.length };
}

describe('why401 report', () => {
  it('shows a JSON and a JSONL report alike, and exits as the run did', async () => {
    const files = { 'r.jsonl': await jsonl('dropped'), 'r.json': await json('dropped') };
    for (const file of Object.keys(files))
      expect(await told(files, file)).to.deep.equal({ code: 1, problems: [], scenarios: 4 });
    const pretty = JSON.stringify(JSON.parse(files['r.json']), null, 2);
    expect(await told({ 'r.json': pretty })).to.deep.equal({ code: 1, problems: [], scenarios: 4 });
  });

  it('takes a last line that is half written for the end of a run that was killed', async () => {
    const text = (await jsonl('passing')).slice(0, -20);
    const { code, problems } = await told({ 'r.jsonl': text });
    expect([code, problems.map((each) => each.split(' ')[0])]).to.deep.equal([3, ['RUN_UNFINISHED']]);
  });

  it('tells what is wrong with a file by its line, and shows the others', async () => {
    const good = await jsonl('passing');
    const lines = good.trimEnd().split('\n');
    const deep = `{"type":"run","schema":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`;
    const wrong: Readonly<Record<string, readonly [string, string]>> = {
      'empty.jsonl': ['', 'RESULT_FOREIGN 1 "empty.jsonl" cannot be shown: it is empty.'],
      'key.pem': [
        '-----BEGIN',
        'RESULT_FOREIGN 1 "key.pem" cannot be shown: it is no JSON or JSONL report of why401.',
      ],
      'deep.jsonl': [deep, 'RESULT_INVALID 1 "deep.jsonl" is not as why401 writes it: it is no JSON.'],
      'middle.jsonl': [
        [lines[0], '{"type":"st', ...lines.slice(1)].join('\n'),
        'RESULT_INVALID 2 "middle.jsonl" is not as why401 writes it: it is no JSON.',
      ],
      'other.jsonl': [
        good.replace('why401.report/1', 'why401.report/9'),
        'RESULT_VERSION 1 "other.jsonl" has the form why401.report/9; this version of why401 reads why401.report/1.',
      ],
      'changed.jsonl': [
        good.replace('"status":"passed"', '"status":"splendid"'),
        'RESULT_INVALID 3 "changed.jsonl" is not as why401 writes it: /step/status must be equal to one of the allowed values.',
      ],
      'cut.json': [
        (await json('passing')).slice(0, -9),
        'RESULT_INVALID 1 "cut.json" is not as why401 writes it: the report is cut off here, or something stands behind it.',
      ],
    };
    for (const [name, [text, problem]] of Object.entries(wrong)) {
      const { code, problems, scenarios } = await told({ [name]: text, 'good.jsonl': good });
      expect([code, problems.find((each) => !each.startsWith('RUN_UNFINISHED'))]).to.deep.equal([2, problem]);
      expect(scenarios).to.be.at.least(1);
    }
    expect((await told({}, '/dev/zero', 'nothing')).problems).to.deep.equal([
      'RESULT_UNREADABLE - "/dev/zero" cannot be read: it is no file but a pipe, a socket or a device.',
      'RESULT_UNREADABLE - "nothing" cannot be read: there is no such file.',
    ]);
  });

  it('joins several files; of shards none has what another one has, and no file is written that is read', async () => {
    const files = { 'a.jsonl': await jsonl('passing'), 'b.json': await json('dropped') };
    const both = await told(files);
    expect([both.code, both.problems]).to.deep.equal([1, []]);
    const again = { ...files, 'c.jsonl': files['a.jsonl'] };
    const merged = await told(again, 'a.jsonl', 'c.jsonl', '--merge');
    expect([merged.code, merged.problems.map((each) => each.split(' ')[0])]).to.deep.equal([
      2,
      ['RESULT_OVERLAP'],
    ]);
    const over = await why401(['report', 'a.jsonl', '--reporter', 'jsonl=a.jsonl'], { files });
    expect([over.code, over.written['a.jsonl']]).to.deep.equal([2, files['a.jsonl']]);
    expect(over.stderr).to.include('would be written over a file that is read');
  });
});
