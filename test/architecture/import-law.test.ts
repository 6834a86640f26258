import { expect } from 'chai';
import { type SourceFile, sourceFile, sourceFiles } from './source-files.ts';

const ground = ['model.ts', 'secret.ts', 'source.ts', 'problem.ts', 'doors.ts', 'files.ts', 'printable.ts'];

/**
 * Who may import what, types included: folders of src, or single files. A folder may always import itself.
 * The order is that of the pipeline: load, plan, replay, check, diagnose, report.
 */
const law: Readonly<Record<string, readonly string[]>> = {
  // One name for the vocabulary; nobody imports its parts.
  'model.ts': ['model'],
  model: ['secret.ts'],
  // How secrets are found in text; nobody else imports it.
  'secret.ts': ['redact'],
  redact: ['printable.ts', 'name-words.ts'],
  'source.ts': ['model.ts'],
  'problem.ts': ['model.ts'],
  'doors.ts': ['model.ts'],
  'files.ts': [],
  'printable.ts': [],
  'name-words.ts': [],
  http: ['model.ts', 'secret.ts', 'source.ts'],
  // Data files are JSON without loss.
  load: [...ground, 'schemas', 'http/json.ts'],
  // "Did you mean" is one function, and load has it.
  plan: [...ground, 'http', 'load/nearest.ts'],
  credential: [...ground, 'http'],
  replay: [...ground, 'http', 'plan', 'credential'],
  // What is expected may hold templates: plan renders them, and check looks at what came out.
  check: [...ground, 'http', 'plan', 'load/nearest.ts'],
  diagnose: [...ground, 'http'],
  // Looks at what passed as diagnosis looks at what failed; diagnose knows nothing of it.
  audit: [
    ...ground,
    'http',
    'diagnose/subject.ts',
    'diagnose/facts/time.ts',
    'diagnose/explain/cookie-fix.ts',
  ],
  report: [...ground, 'http'],
  // Reads files that nobody runs; of the loaded ones it gets values and places.
  scan: [...ground, 'name-words.ts', 'http', 'load'],
  // Joins the stages: it hands replay to diagnose as a function, so that neither knows the other.
  run: [...ground, 'http', 'plan', 'credential', 'replay', 'check', 'diagnose', 'audit', 'compare'],
  // Observations held side by side: what made them, it does not know.
  compare: [...ground, 'http', 'load/nearest.ts'],
  // Asks each environment what it is to be compared by, through the doors of a run.
  survey: [...ground, 'http', 'plan', 'credential', 'replay', 'check', 'diagnose', 'audit', 'compare', 'run'],
  // Of credentials it knows what is checked before a run, of diagnosis it prints the vocabulary, and of the audit it
  // knows the ids that expectations may name.
  cli: [
    ...ground,
    'http',
    'load',
    'plan',
    'check',
    'replay',
    'run',
    'survey',
    'compare',
    'report',
    'scan',
    // Validators of what it reads again.
    'schemas',
    'credential/preflight.ts',
    'diagnose/vocabulary.ts',
    'audit/checks.json',
  ],
  'index.ts': [...ground, 'load', 'plan', 'replay', 'run'],
  // What is beside the schemas is data, and the types of what generate.ts makes of it.
  schemas: [],
  // Not shipped: makes validators and JSON at build time.
  'generate.ts': [
    'compare/kind-page.ts',
    'compare/kind-source.ts',
    'diagnose/signature.ts',
    'diagnose/signature-source.ts',
    'diagnose/vocabulary.ts',
    'diagnose/vocabulary-page.ts',
    'http/client-page.ts',
    'http/client-source.ts',
    'http/redirect-uri-page.ts',
    'http/redirect-uri-rules.ts',
    'scan/shape-source.ts',
  ],
};

/** What may stand in some places only. */
const places: readonly { what: string; found: (file: SourceFile) => number[]; in: RegExp }[] = [
  { what: 'undici', found: (file) => importsOf(file, /^undici(\/|$)/), in: /^replay\/send[^/]*\.ts$/ },
  {
    what: 'process',
    found: (file) => [...usesOf(file, /^process$/), ...importsOf(file, /^(node:)?process$/)],
    in: /^cli\//,
  },
  {
    what: '.reveal()',
    found: (file) => usesOf(file, /^\.reveal\(\)$/),
    in: /^(credential\/.*|replay\/(send[^/]*|request|request-body)\.ts)$/,
  },
  {
    what: 'a clock, randomness or the console',
    found: (file) =>
      usesOf(file, /^(Date\.now|Math\.random|performance|console|crypto)$/).concat(
        importsOf(file, /^(node:)?(perf_hooks|console)$/),
      ),
    in: /^cli\//,
  },
  {
    // Reports are written by report-file.ts, refresh tokens by the vault, and results are put aside by spool.ts.
    what: 'the file system',
    found: (file) => importsOf(file, /^(node:)?fs(\/|$)/),
    in: /^(files|cli\/(output|report-file|spool|vault|vault-files)|generate)\.ts$/,
  },
  {
    what: 'a program that is started',
    found: (file) => importsOf(file, /^(node:)?(child_process|cluster|worker_threads|vm|inspector)$/),
    in: /^cli\/execute\.ts$/,
  },
  {
    what: 'code made of text',
    found: (file) => usesOf(file, /^(eval|Function)$/),
    in: /^(?!)/,
  },
  {
    what: 'new Date() without an argument',
    found: (file) => linesOf(file, /new Date\(\)/),
    in: /^cli\//,
  },
  {
    // It says yes where `new URL` throws: isUrl of http/url.ts does not.
    what: 'URL.canParse',
    found: (file) => usesOf(file, /^\.canParse$/),
    in: /^(?!)/,
  },
  {
    what: 'the name of a provider',
    found: (file) => linesOf(file, providers),
    in: /^(diagnose\/signatures|scan\/kinds)\//,
  },
];

/** A filter of a JSONPath holds JSONPaths: the two call each other, and neither does so while it is loaded. */
const knownCycles = ['src/check/json-path.ts -> src/check/json-path-filter.ts -> src/check/json-path.ts'];

// A product in whose words signatures are written, or whose tokens have a shape. `github` is a reporter, and metadata.google.internal a host
// that no request may reach.
const providers =
  /\b(entra|azure|okta|auth0|keycloak|cognito|cloudflare|akamai|fastly|imperva|google(?!\.internal)|microsoft|onelogin|ping(identity|federate)|spring|zitadel|authentik|duende|identityserver|aadsts)/i;

describe('import law', () => {
  const files = sourceFiles();

  it('holds for every file of src', () => {
    expect(files.flatMap(violations)).to.deep.equal([]);
  });

  it('knows every folder of src', () => {
    expect([...new Set(files.map(({ path }) => unit(path)))].filter((name) => !law[name])).to.deep.equal([]);
  });

  it('leaves no cycle between files', () => {
    expect(cycles(files)).to.deep.equal(knownCycles);
  });

  it('is broken by a static, a dynamic, a type-only and an exported import alike', () => {
    const text = [
      "import { a } from '../replay/follow.ts';",
      "import type { B } from '../run/job.ts';",
      "const c = await import('../cli/cli.ts');",
      "type D = typeof import('../replay/send.ts');",
      "export { e } from '../check/check.ts';",
      'export { a, c };',
    ].join('\n');
    expect(violations(sourceFile('plan/sample.ts', text)).sort()).to.deep.equal([
      'src/plan/sample.ts:1: plan must not import replay/follow.ts',
      'src/plan/sample.ts:2: plan must not import run/job.ts',
      'src/plan/sample.ts:3: plan must not import cli/cli.ts',
      'src/plan/sample.ts:4: plan must not import replay/send.ts',
      'src/plan/sample.ts:5: plan must not import check/check.ts',
    ]);
  });

  it('finds a cycle', () => {
    const a = sourceFile('http/a.ts', "import './b.ts';");
    const b = sourceFile('http/b.ts', "import { a } from './a.ts';");
    expect(cycles([a, b])).to.deep.equal(['src/http/a.ts -> src/http/b.ts -> src/http/a.ts']);
  });
});

describe('places', () => {
  const files = sourceFiles();

  for (const place of places) {
    it(`keeps ${place.what} where it belongs`, () => {
      expect(files.flatMap((file) => misplaced(place, file))).to.deep.equal([]);
    });
  }

  it('finds what is misplaced', () => {
    const text = [
      "import { Agent } from 'undici';",
      'process.exit(1);',
      'secret.reveal();',
      'console.log(Date.now(), performance.now(), Math.random());',
      'new Date();',
      "const name = 'Keycloak';",
      "import { readFileSync } from 'node:fs';",
      "const { spawn } = await import('child_process');",
      "new Function('return 1');",
    ].join('\n');
    const sample = sourceFile('http/sample.ts', text);
    expect(places.flatMap((place) => misplaced(place, sample))).to.deep.equal([
      'src/http/sample.ts:1: undici does not belong here',
      'src/http/sample.ts:2: process does not belong here',
      'src/http/sample.ts:3: .reveal() does not belong here',
      'src/http/sample.ts:4: a clock, randomness or the console does not belong here',
      'src/http/sample.ts:7: the file system does not belong here',
      'src/http/sample.ts:8: a program that is started does not belong here',
      'src/http/sample.ts:9: code made of text does not belong here',
      'src/http/sample.ts:5: new Date() without an argument does not belong here',
      'src/http/sample.ts:6: the name of a provider does not belong here',
    ]);
  });

  it('takes no property or string for the thing itself', () => {
    const text = "const a = { process: 1, console: b.performance }; const c = 'process.exit()';";
    const sample = sourceFile('http/sample.ts', text);
    expect(places.flatMap((place) => misplaced(place, sample))).to.deep.equal([]);
  });

  it('keeps every file within 250 lines', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > 250);
    expect(long.map(({ path }) => `src/${path}`)).to.deep.equal([]);
  });
});

/** The folder of a path, or the file itself where it stands in src. */
function unit(path: string): string {
  return path.split('/')[0] ?? path;
}

function violations(file: SourceFile): string[] {
  const own = unit(file.path);
  const allowed = new Set([own, ...(law[own] ?? [])]);
  return file.imports
    .filter(({ ours, target }) => ours && !allowed.has(unit(target)) && !allowed.has(target))
    .map(({ target, line }) => `src/${file.path}:${line}: ${own} must not import ${target}`);
}

function misplaced(place: (typeof places)[number], file: SourceFile): string[] {
  if (place.in.test(file.path)) return [];
  return [...new Set(place.found(file))].map(
    (line) => `src/${file.path}:${line}: ${place.what} does not belong here`,
  );
}

function importsOf(file: SourceFile, pattern: RegExp): number[] {
  return file.imports.filter(({ ours, target }) => !ours && pattern.test(target)).map(({ line }) => line);
}

function usesOf(file: SourceFile, pattern: RegExp): number[] {
  return file.uses.filter(({ name }) => pattern.test(name)).map(({ line }) => line);
}

function linesOf(file: SourceFile, pattern: RegExp): number[] {
  return file.text.split('\n').flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

/** Each cycle once, from the file at which the search met it. A type that is imported is gone when the code is loaded. */
function cycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].map((name) => `src/${name}`).join(' -> '));
    if (at >= 0 || done.has(path)) return;
    for (const { ours, target, kind } of byPath.get(path)?.imports ?? []) {
      if (ours && kind !== 'type') visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of byPath.keys()) visit(path, []);
  return found;
}
