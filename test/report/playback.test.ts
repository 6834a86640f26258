import { expect } from 'chai';
import type { RunEvent } from '../../src/model.ts';
import { createPlayback } from '../../src/report/playback.ts';
import type { Line } from '../../src/report/read-result.ts';
import { reporterNames } from '../../src/report/reporter.ts';
import { runs } from '../support/runs.ts';
import { render } from './output.ts';

/** What is recorded of the events, as events again, and the exit code. */
async function played(...recordings: readonly string[][]): Promise<{ events: RunEvent[]; code: number }> {
  const events: RunEvent[] = [];
  const playback = createPlayback((event) => events.push(event));
  recordings.forEach((lines, at) => {
    const file = `r${at}.jsonl`;
    lines.forEach((line, index) => {
      playback.line(JSON.parse(line) as Line, { file, line: index + 1, column: 1 });
    });
    playback.close({ file, line: lines.length, column: 1 });
  });
  return { code: playback.end([]), events };
}

async function recorded(events: readonly RunEvent[]): Promise<string[]> {
  return (await render('jsonl', events)).text.trimEnd().split('\n');
}

function problemsOf(events: readonly RunEvent[]) {
  return events.flatMap((event) => (event.type === 'run-finished' ? event.problems : []));
}

describe('a recorded run', () => {
  for (const [name, events] of Object.entries(runs)) {
    for (const format of reporterNames) {
      it(`is shown as the run "${name}" itself by ${format}`, async () => {
        const again = await played(await recorded(events));
        for (const parts of [{}, { verbose: true, clients: true }])
          expect(await render(format, again.events, parts)).to.deep.equal(
            await render(format, events, parts),
          );
      });
    }
  }

  it('that was killed is told as far as it came, and is never green', async () => {
    const lines = await recorded(runs['passing'] ?? []);
    const codes: number[] = [];
    for (let length = 1; length < lines.length; length += 1) {
      const { code, events } = await played(lines.slice(0, length));
      codes.push(code);
      expect(problemsOf(events).map((problem) => [problem.code, problem.source?.line])).to.deep.equal([
        ['RUN_UNFINISHED', length],
      ]);
      const { text } = await render('console', events);
      expect(text).to.match(/before the run broke off\n$/);
      expect((await render('junit', events)).text).to.include('<error message="The run did not end: ');
    }
    expect(new Set(codes)).to.deep.equal(new Set([3]));
  });

  it('that was killed after a failure is a failure', async () => {
    const lines = await recorded(runs['dropped'] ?? []);
    const { code } = await played(lines.slice(0, -1));
    expect(code).to.equal(1);
  });

  it('is not green where its end says so and a result is missing, or a step failed', async () => {
    const lines = await recorded(runs['passing'] ?? []);
    const result = lines.findIndex((line) => line.startsWith('{"type":"result"'));
    expect((await played(lines.toSpliced(result, 1))).code).to.equal(3);
    const lying = lines.map((line) => line.replace(/"failed":0/, '"failed":1'));
    expect((await played(lying)).code).to.equal(1);
  });

  it('stands beside others: every scenario once, the worst exit code, one summary', async () => {
    const [good, bad] = [await recorded(runs['passing'] ?? []), await recorded(runs['dropped'] ?? [])];
    const { code, events } = await played(good, bad, good);
    expect(code).to.equal(1);
    const jobs = events.flatMap((event) => (event.type === 'job-finished' ? [event.job] : []));
    expect(new Set(jobs.map(({ index }) => index)).size).to.equal(jobs.length);
    const count = (lines: string[]): number =>
      lines.filter((line) => line.startsWith('{"type":"result"')).length;
    expect(jobs.length).to.equal(2 * count(good) + count(bad));
    const summary = (lines: string[]) =>
      (JSON.parse(lines.at(-1) ?? '') as { summary: Record<string, number> }).summary;
    const ended = events.find((event) => event.type === 'run-finished');
    expect(ended?.summary.failed).to.equal(summary(bad)['failed']);
    expect(ended?.summary.passed).to.equal(
      2 * (summary(good)['passed'] ?? 0) + (summary(bad)['passed'] ?? 0),
    );
  });
});
