/** Where a report may be written: never over what is no report, never two in one file, for the eyes of its owner. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openReportFile, Unwritable } from '../../src/cli/report-file.ts';
import { reporting } from '../../src/cli/reporting.ts';
import type { World } from '../../src/cli/world.ts';
import { ProblemError } from '../../src/problem.ts';
import { why401 } from '../support/command.ts';

describe('a report file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'why401-report-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The code of the problem with a file that holds `content`; null where it was opened. */
  function opened(content: string, append = false): string | null {
    const path = join(folder, 'there');
    writeFileSync(path, content);
    try {
      openReportFile(path, 'there', append).close();
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return error.problems.map(({ code }) => code).join();
    } finally {
      expect(readFileSync(path, 'utf8')).to.equal(content);
    }
  }

  it('is one of ours, or empty, before it is written over', () => {
    const ours = [
      ...[
        '',
        '\n\n',
        '{"schema":"why401.report/1","tool":{}',
        '{"type":"run","schema":"x"}\n',
        '{"type":"end",',
      ],
      ...[
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- why401 junit report -->',
        'why401 console report\nFAIL',
      ],
    ];
    const others = [
      ...[
        'root:x:0:0',
        '#!/bin/sh\n',
        '{}',
        '{"name":"why401"}',
        '{"schema":"why401.scan/1"}',
        '{"type":"module"}',
      ],
      ...[
        '<?xml version="1.0" encoding="UTF-8"?>\n<project/>',
        ' why401 console report\n',
        `${' '.repeat(200)}x`,
      ],
      ...['environments: {}\n', '\0', '\nwhy401 github report\n'],
    ];
    expect(ours.filter((content) => opened(content) !== null)).to.deep.equal([]);
    expect(others.filter((content) => opened(content) !== 'REPORT_NOT_OURS')).to.deep.equal([]);
    // What only grows keeps what is in it: the summary of a CI job.
    expect(opened('# Others wrote this\n', true)).to.equal(null);
  });

  it('is found out through a link, and a new one is for its owner alone', () => {
    writeFileSync(join(folder, 'precious'), 'x');
    symlinkSync('precious', join(folder, 'link.json'));
    expect(() => openReportFile(join(folder, 'link.json'), 'link.json', false)).to.throw(ProblemError);
    expect(readFileSync(join(folder, 'precious'), 'utf8')).to.equal('x');
    // Nor is a file made where a link leads to none.
    for (const append of [false, true]) {
      symlinkSync('../.npmrc', join(folder, `dangling-${append}.json`));
      expect(() => openReportFile(join(folder, `dangling-${append}.json`), 'd.json', append)).to.throw(
        ProblemError,
        'The report "d.json" cannot be written: it is a link that leads to no file.',
      );
    }
    expect(existsSync(join(folder, '../.npmrc'))).to.equal(false);
    symlinkSync('real.json', join(folder, 'good.json'));
    writeFileSync(join(folder, 'real.json'), '');
    openReportFile(join(folder, 'good.json'), 'good.json', false).close();
    const path = join(folder, 'new/folder/r.json');
    openReportFile(path, 'r.json', false).close();
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    // Whoever has opened it to others is not overruled.
    chmodSync(path, 0o644);
    openReportFile(path, 'r.json', false).close();
    expect(statSync(path).mode & 0o777).to.equal(0o644);
  });

  it('that is removed or replaced before its end is no report', () => {
    const told = (change: (path: string) => void): string => {
      const path = join(folder, 'r.json');
      const file = openReportFile(path, 'r.json', false);
      change(path);
      try {
        file.close();
        return 'closed';
      } catch (error) {
        expect(error).to.be.instanceOf(Unwritable);
        return (error as Error).message;
      }
    };
    const gone = 'The report "r.json" cannot be written: it was removed or replaced during the run.';
    expect([
      told(() => {}),
      told((path) => rmSync(path)),
      told((path) => {
        renameSync(path, `${path}.old`);
        writeFileSync(path, '');
      }),
    ]).to.deep.equal(['closed', gone, gone]);
  });

  it('is one for each reporter, and nothing is sent where it is not', async () => {
    const files = {
      'specs/why401.yml': 'environments: {staging: {origins: {api: "http://127.0.0.1:1"}}}\n',
      'specs/a.yml': 'steps: [{GET: /}]\n',
      'notes.txt': 'mine',
    };
    const codes = async (...reporters: string[]): Promise<unknown> => {
      const argv = ['run', ...reporters.flatMap((each) => ['--reporter', each])];
      const { code, stderr, written } = await why401(argv, { files });
      const told = Object.entries(written).map(
        ([name, text]) => `${name}: ${/"code":"(\w+)"/.exec(text)?.[1] ?? text}`,
      );
      return [code, stderr.split('\n')[0], told];
    };
    expect(await codes('json=r.json', 'jsonl=./specs/../r.json')).to.deep.equal([
      2,
      'The reports "r.json" and "./specs/../r.json" are one file.',
      ['r.json: REPORT_TWICE'],
    ]);
    expect(await codes('json=notes.txt')).to.deep.equal([
      2,
      'The report "notes.txt" would be written over something that is no report of why401.',
      ['notes.txt: mine'],
    ]);
  });

  it('is whole, or the run is not green: what cannot be written is exit 3, and a crash is a bug', async () => {
    const codes = async (error: Error | null, code: 0 | 1): Promise<unknown> => {
      const sink = { isTTY: false, color: false, width: 80 };
      const write = (): void => {
        if (error) throw error;
      };
      let told = '';
      const stderr = {
        ...sink,
        write(text: string) {
          told += text;
        },
      };
      const world = { env: {}, cwd: folder, stdout: { ...sink, write }, stderr } as unknown as World;
      const ended = await reporting({ reporter: ['jsonl'] }, world, async (_, reporters) => {
        const run = { type: 'run-started', started: 0, version: '0', environments: [], jobs: 0 } as const;
        reporters.event(run as never);
        return code;
      });
      return [ended, told.split(':').slice(0, 3).join(':').trim()];
    };
    expect([await codes(null, 0), await codes(null, 1)]).to.deep.equal([
      [0, ''],
      [1, ''],
    ]);
    const full = new Unwritable('No space is left.');
    expect([await codes(full, 0), await codes(full, 1)]).to.deep.equal([
      [3, 'why401: No space is left.'],
      [1, 'why401: No space is left.'],
    ]);
    const crash = [70, 'why401: the reporter jsonl crashed, its report is incomplete: Error'];
    expect([await codes(new Error('x'), 0), await codes(new Error('x'), 1)]).to.deep.equal([crash, crash]);
  });
});
