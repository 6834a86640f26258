import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadProject } from '../../src/load/load.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

describe('what a scenario takes in', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'why401-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(files: Files): void {
    for (const [file, content] of Object.entries({
      'specs/why401.yml': 'environments: {a: {}}\n',
      ...files,
    })) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
  }
  const load = (paths: readonly string[] = []) => loadProject({ cwd: folder, paths });
  function problems(files: Files, paths: readonly string[] = []): string[] {
    write(files);
    return load(paths).problems.map(({ code, message, source, line }) =>
      [
        `${source?.file}:${source?.line}:${source?.column}`,
        code,
        message,
        ...(line === null ? [] : [line]),
      ].join(' | '),
    );
  }
  const withData = (file: string, content: string | Uint8Array): Files => ({
    'specs/a.yml': `data: {file: ${file}}\nsteps: [{GET: "/\${id}"}]\n`,
    [`specs/${file}`]: content,
  });

  describe('data', () => {
    const rows = (files: Files): unknown => {
      write(files);
      const loaded = load();
      expect(loaded.problems).to.deep.equal([]);
      return JSON.parse(JSON.stringify(loaded.scenarios[0]?.value['data']));
    };

    it('of a CSV file are texts, of JSON what they are, templates of neither', () => {
      expect(rows(withData('r.csv', '\ufeffid,name\r\n007,"a ""b"", ${secret.X}"\r\n,\r\n'))).to.deep.equal([
        { id: '007', name: 'a "b", ${secret.X}' },
        { id: '', name: '' },
      ]);
      expect(
        rows(
          withData(
            'r.json',
            ' [\n\t{"id": 1, "on": true, "list": [{"a": "}"}], "none": null},\n {"i\\u0064": "\\"x:"}]\n',
          ),
        ),
      ).to.deep.equal([{ id: 1, on: true, list: [{ a: '}' }], none: null }, { id: '"x:' }]);
    });

    it('may be others in an environment', () => {
      write({
        ...withData('r.csv', 'id\n1\n'),
        'specs/a.yml':
          'data: {file: r.csv}\nin: {b: {data: {file: s.csv}}, c: {data: [{id: 3}]}}\nsteps: [{GET: /}]\n',
        'specs/s.csv': 'id\n2\n',
      });
      expect(JSON.parse(JSON.stringify(load().scenarios[0]?.value['in']))).to.deep.equal({
        b: { data: [{ id: '2' }] },
        c: { data: [{ id: 3 }] },
      });
    });

    // The data may hold what nobody may read: its lines are not shown.
    const wrong: readonly (readonly [
      what: string,
      file: string,
      content: string | Uint8Array,
      said: readonly string[],
    ])[] = [
      ['no rows', 'r.csv', 'id\n', ['1:1 | DATA_EMPTY | The data has no rows: nothing would be tested.']],
      ['an empty file', 'r.csv', '', ['1:1 | DATA_EMPTY | The data has no rows: nothing would be tested.']],
      [
        'an empty list',
        'r.json',
        '[]',
        ['1:1 | DATA_EMPTY | The data has no rows: nothing would be tested.'],
      ],
      [
        'ragged rows',
        'r.csv',
        'id,b\n1,2\n3\n4,5,6\n',
        [
          '3:1 | DATA_RAGGED | The row has 1 cell, and there are 2 columns.',
          '4:5 | DATA_RAGGED | The row has 3 cells, and there are 2 columns.',
        ],
      ],
      [
        'columns that cannot be named',
        'r.csv',
        'id,,id,a b,__proto__,secret.X,${x}\n1,2,3,4,5,6,7\n',
        [
          '1:4 | DATA_COLUMN | A column has no name.',
          '1:5 | DATA_COLUMN | The column "id" stands twice.',
          '1:8 | DATA_COLUMN | "a b" cannot be the name of a column.',
          '1:12 | DATA_COLUMN | "__proto__" cannot be the name of a column.',
          '1:22 | DATA_COLUMN | "secret.X" cannot be the name of a column.',
          '1:31 | DATA_COLUMN | "${x}" cannot be the name of a column.',
        ],
      ],
      [
        'another separator',
        'r.csv',
        'id;name\n1;2\n',
        ['1:1 | DATA_COLUMN | "id;name" cannot be the name of a column.'],
      ],
      [
        'a quote that does not end',
        'r.csv',
        'id\n"1\n',
        ['2:1 | DATA_INVALID | A quoted cell does not end.'],
      ],
      ['NUL', 'r.csv', 'id\n1\n2\0\n', ['3:2 | NOT_TEXT | The file holds a NUL character: it is no text.']],
      [
        'bytes that are no UTF-8',
        'r.csv',
        Buffer.from('id\n\xff\n', 'latin1'),
        ['2:1 | NOT_TEXT | The file is not UTF-8.'],
      ],
      [
        'too many bytes',
        'r.csv',
        'x'.repeat(8_000_001),
        ['1:1 | FILE_TOO_LARGE | The file is larger than 8 MB.'],
      ],
      [
        'too many rows',
        'r.csv',
        `id\n${'1\n'.repeat(10_001)}`,
        ['1:1 | DATA_TOO_LARGE | The data has more than 10000 rows.'],
      ],
      ['JSON that ends early', 'r.json', '[{"id": 1},\n', ['2:1 | DATA_INVALID | The file is no JSON.']],
      [
        'JSON with a comma too many',
        'r.json',
        '[{"id": 1,}]',
        ['1:11 | DATA_INVALID | The file is no JSON.'],
      ],
      ['a JSON map', 'r.json', '\n {"id": 1}', ['2:2 | DATA_INVALID | The file is no list of rows.']],
      [
        'JSON rows that are no maps',
        'r.json',
        '[1,\n {"id": 2}, ["a"]]',
        ['1:2 | DATA_INVALID | Row 1 is no map.', '2:13 | DATA_INVALID | Row 3 is no map.'],
      ],
      [
        'JSON names that are written twice or reach for the prototype',
        'r.json',
        '[{"id": 1, "id": 2, "__proto__": {"x": 1}, "": 1}]',
        [
          '1:12 | DUPLICATE_KEY | "id" stands twice in one row.',
          '1:21 | DATA_COLUMN | "__proto__" cannot be the name of a column.',
          '1:44 | DATA_COLUMN | A column has no name.',
        ],
      ],
      [
        'JSON that is too deep',
        'r.json',
        `[{"id": ${'['.repeat(10_000)}${']'.repeat(10_000)}}]`,
        ['1:107 | DATA_INVALID | Values are nested deeper than 100 levels.'],
      ],
    ];
    for (const [what, file, content, said] of wrong) {
      it(`with ${what} is a problem`, () => {
        expect(problems(withData(file, content))).to.deep.equal(said.map((each) => `specs/${file}:${each}`));
      });
    }

    it('that stands in the scenario has the same rules', () => {
      expect(problems({ 'specs/a.yml': 'data: []\nsteps: [{GET: /}]\n' })).to.deep.equal([
        'specs/a.yml:1:7 | DATA_EMPTY | The data has no rows: nothing would be tested. | data: []',
      ]);
    });

    it('has no value that reaches an object of ours', () => {
      rows(withData('r.json', '[{"constructor": {"prototype": {"polluted": 1}}, "toString": "x"}]'));
      expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    });
  });

  describe('a file', () => {
    const refused = (name: string): string[] =>
      problems({ 'specs/a.yml': `data: {file: ${name}}\nsteps: [{use: ${name}}]\n` });

    it('outside of the project is not read, by whatever way it is named', () => {
      write({ 'secret.csv': 'id\n1\n', 'specs/x/y': '' });
      symlinkSync(join(folder, 'secret.csv'), join(folder, 'specs/link.csv'));
      symlinkSync(folder, join(folder, 'specs/up'));
      const ways: readonly (readonly [name: string, why: string])[] = [
        ['../secret.csv', 'it lies'],
        ['x/../../secret.csv', 'it lies'],
        ['link.csv', 'a link leads'],
        ['up/secret.csv', 'a link leads'],
        [join(folder, 'secret.csv'), 'it lies'],
      ];
      for (const [name, why] of ways) {
        const said = `FILE_OUTSIDE | The file "${name}" is not read: ${why} outside of the project.`;
        expect(refused(name), name).to.deep.equal([
          `specs/a.yml:1:14 | ${said} | data: {file: ${name}}`,
          `specs/a.yml:2:15 | ${said} | steps: [{use: ${name}}]`,
        ]);
      }
    });

    it('that is missing, a folder or a pipe is a problem, and nothing waits', () => {
      write({ 'specs/x/y': '' });
      execFileSync('sh', ['-c', 'exec mkfifo "$0"', join(folder, 'specs/pipe.csv')]);
      const said = (name: string): string[] =>
        refused(name).map((each) => each.split(' | ').slice(1, 3).join(' '));
      const pipe = 'it is no file but a pipe, a socket or a device';
      expect([said('none.csv'), said('x'), said('pipe.csv'), said('/dev/zero')]).to.deep.equal([
        Array(2).fill('FILE_UNREADABLE The file "none.csv" cannot be read: there is no such file.'),
        Array(2).fill('FILE_UNREADABLE The file "x" cannot be read: it is a folder.'),
        Array(2).fill(`FILE_UNREADABLE The file "pipe.csv" cannot be read: ${pipe}.`),
        Array(2).fill(`FILE_UNREADABLE The file "/dev/zero" cannot be read: ${pipe}.`),
      ]);
    });

    it('is rows only as .csv or .json', () => {
      expect(problems({ 'specs/a.yml': 'data: {file: why401.yml}\nsteps: [{GET: /}]\n' })).to.deep.equal([
        'specs/a.yml:1:14 | DATA_INVALID | "specs/why401.yml" is neither .csv nor .json. | data: {file: why401.yml}',
      ]);
    });
  });

  describe('use', () => {
    it('puts the steps of other files in its place, each with its own, several levels deep', () => {
      write({
        'specs/a.yml':
          'steps: [{use: shared/b.yml}, {GET: /1}, {use: shared/b.yml}]\nin: {b: {steps: [{use: c.yml}]}}\n',
        'specs/shared/b.yml': '- GET: /2\n- use: ../c.yml\n',
        'specs/c.yml': '\n- GET: /3\n',
      });
      const loaded = load();
      expect(loaded.problems).to.deep.equal([]);
      expect(
        loaded.scenarios.map(({ file, value }) => [file, JSON.parse(JSON.stringify(value))]),
      ).to.deep.equal([
        [
          'specs/a.yml',
          {
            steps: [{ GET: '/2' }, { GET: '/3' }, { GET: '/1' }, { GET: '/2' }, { GET: '/3' }],
            in: { b: { steps: [{ GET: '/3' }] } },
          },
        ],
      ]);
    });

    it('that leads back to itself is told with the whole circle', () => {
      expect(
        problems({
          'specs/a.yml': 'steps: [{use: b.yml}]\n',
          'specs/a2.yml': 'steps: [{use: b.yml}]\n',
          'specs/b.yml': '- use: c.yml\n',
          'specs/c.yml': '- GET: /\n- use: b.yml\n',
        }),
      ).to.deep.equal([
        'specs/c.yml:2:8 | USE_CYCLE | The file uses itself: specs/b.yml uses specs/c.yml uses specs/b.yml. | - use: b.yml',
      ]);
      expect(
        problems({ 'specs/b.yml': '- use: b.yml\n', 'specs/c.yml': 'steps: [{use: b.yml}]\n' }),
      ).to.deep.equal([
        'specs/b.yml:1:8 | USE_CYCLE | The file uses itself: specs/b.yml uses specs/b.yml. | - use: b.yml',
      ]);
    });

    it('is bounded in depth and in what it makes: a bomb of files is a problem at once', () => {
      const chain = Object.fromEntries(
        Array.from({ length: 18 }, (_, at) => [
          `specs/c${at}.yml`,
          at === 17 ? '- GET: /\n' : `- use: c${at + 1}.yml\n`,
        ]),
      );
      expect(problems({ 'specs/a.yml': 'steps: [{use: c0.yml}]\n', ...chain })).to.deep.equal([
        'specs/c15.yml:1:8 | USE_TOO_DEEP | Files use each other more than 16 levels deep. | - use: c16.yml',
      ]);
      const bomb = Object.fromEntries(
        Array.from({ length: 16 }, (_, at) => [
          `specs/c${at}.yml`,
          (at === 15 ? '- GET: /\n' : `- use: c${at + 1}.yml\n`).repeat(1000),
        ]),
      );
      expect(
        problems(
          { 'specs/a.yml': 'steps:\n  - use: c0.yml\n', ...chain, ...bomb, 'specs/c16.yml': '- GET: /\n' },
          ['specs/a.yml'],
        ),
      ).to.deep.equal([
        'specs/a.yml:1:1 | USE_TOO_LARGE | The list has more than 1000 steps, with those that it takes in by "use". | steps:',
      ]);
      // Of files that are missing, too.
      expect(
        problems(
          {
            'specs/a.yml': 'steps:\n  - use: m.yml\n',
            'specs/m.yml': '- use: n.yml\n'.repeat(1000),
            'specs/n.yml': '- use: none.yml\n'.repeat(1000),
          },
          ['specs/a.yml'],
        ).length,
      ).to.equal(999);
    });

    it('has its mistakes told once, in its own file', () => {
      expect(
        problems({
          'specs/a.yml': 'steps: [{use: b.yml}, {use: b.yml}]\n',
          'specs/a2.yml': 'steps: [{use: b.yml, name: x}]\n',
          'specs/b.yml': '- GET: /\n- get: /\n',
          'specs/d.yml': 'steps: [{use: e.txt}]\n',
          'specs/e.txt': 'steps: []\n',
        }),
      ).to.deep.equal([
        'specs/a2.yml:1:22 | EXCLUSIVE_KEYS | "use" and "name" cannot stand side by side in a step. | steps: [{use: b.yml, name: x}]',
        'specs/b.yml:2:3 | UNKNOWN_KEY | "get" is no key that is known in step 2. | - get: /',
        'specs/e.txt:1:1 | WRONG_TYPE | The file that "use" names is a map. | steps: []',
      ]);
    });

    it('is what a list of steps is for: one that nobody uses is a problem, unless others are run', () => {
      const files = { 'specs/a.yml': 'steps: [{GET: /}]\n', 'specs/b.yml': '- GET: /\n' };
      const told =
        'specs/b.yml:1:1 | LIST_OF_STEPS | The file is a list of steps, and no scenario uses it. | - GET: /';
      expect(problems(files)).to.deep.equal([told]);
      expect(problems(files, ['specs/b.yml', 'specs/a.yml'])).to.deep.equal([told]);
      expect(problems(files, ['specs'])).to.deep.equal([]);
    });
  });
});
