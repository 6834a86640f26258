/**
 * The part of the build that tsc does not do: schemas to validators, signatures and causes to JSON beside the compiled
 * files, causes to docs/causes.md. Run as `node build/src/generate.js`; not shipped.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { parse } from 'yaml';
import { kindPage } from './compare/kind-page.ts';
import { compileKinds, type KindFile } from './compare/kind-source.ts';
import type { Signature } from './diagnose/signature.ts';
import { compileSignature, expandSignatures, expandTerms } from './diagnose/signature-source.ts';
import type { Cause } from './diagnose/vocabulary.ts';
import { vocabularyPage } from './diagnose/vocabulary-page.ts';
import { clientPage } from './http/client-page.ts';
import { type ClientFile, compileClients, otherNames } from './http/client-source.ts';
import { withRules } from './http/redirect-uri-page.ts';
import type { RedirectUriRulesFile } from './http/redirect-uri-rules.ts';
import type { ShapeFile } from './scan/shape-source.ts';

const source = new URL('../../src/', import.meta.url);
const target = new URL('./', import.meta.url);

generateValidators(['project', 'scenario']);
generateReportValidators();
for (const name of ['project', 'scenario', 'report']) copy(`schemas/${name}.schema.json`);
const causes = generateCauses();
generateSignatures(new Set(causes.map(({ id }) => id)));
generateChecks();
generateClients();
generateRedirectUriRules();
generateKinds(new Set(causes.map(({ id }) => id)));
generateShapes();

/** ESM with one function a schema. Keywords that need a run-time module would be required, which ESM cannot. */
function generateValidators(names: readonly string[]): void {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    // errors carry the schema that they break: its words are those of the message
    verbose: true,
    code: { source: true, esm: true },
  });
  ajv.addVocabulary(['x-expected']);
  const exports: Record<string, string> = {};
  for (const name of names) {
    const schema = JSON.parse(readFileSync(new URL(`schemas/${name}.schema.json`, source), 'utf8')) as {
      $id: string;
    };
    ajv.addSchema(schema);
    exports[name] = schema.$id;
  }
  const code = standalone.default(ajv, exports);
  if (code.includes('require(')) throw new Error('A schema uses a keyword that needs a module at run time.');
  write('schemas/validators.js', linear(code));
}

/** The code copies all errors wherever some are added: quadratic where there are thousands. */
function linear(code: string): string {
  const copied = /vErrors === null \? ([\w.]+)\.errors : vErrors\.concat\(\1\.errors\)/g;
  const made = code.replace(copied, 'together(vErrors, $1.errors)');
  if (made.includes('vErrors.concat')) throw new Error('Errors are joined in a way that is not known.');
  const body = 'if (all === null) return more; for (const each of more) all.push(each); return all;';
  return `${made}\nfunction together(all, more) { ${body} }\n`;
}

/** One function for a report, and one for each kind of line and each scenario, so that a report is checked as it is read. */
function generateReportValidators(): void {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, code: { source: true, esm: true } });
  const schema = readJson('report') as { $id: string };
  ajv.addSchema(schema);
  const parts = ['run', 'job', 'step', 'result', 'end'].map((name) => [
    name,
    `${schema.$id}#/$defs/${name}-line`,
  ]);
  const exports = {
    report: schema.$id,
    scenario: `${schema.$id}#/$defs/scenario`,
    ...Object.fromEntries(parts),
  };
  const code = standalone.default(ajv, exports);
  if (code.includes('require('))
    throw new Error('The report schema uses a keyword that needs a module at run time.');
  write('schemas/report-validators.js', code);
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`schemas/${name}.schema.json`, source), 'utf8'));
}

/** Groups in the order of docs/causes.md: that of the procedure, from the wire to the application. */
function generateCauses(): readonly Cause[] {
  const groups = [
    'network',
    'tls',
    'gateway',
    'transport',
    'redirect',
    'credential-delivery',
    'token-validity',
    'authorization',
    'client',
    'grant-and-session',
    'cross-environment',
    'faults',
    'body',
  ];
  const folder = new URL('diagnose/causes/', source);
  const forgotten = readdirSync(folder).filter((file) => !groups.includes(file.replace(/\.yml$/, '')));
  if (forgotten.length > 0) throw new Error(`No place among the causes: ${forgotten.join(', ')}.`);
  const causes = groups.flatMap((file) => {
    const text = readFileSync(new URL(`${file}.yml`, folder), 'utf8');
    const { group, causes: own } = parse(text) as { group: string; causes: Omit<Cause, 'group'>[] };
    return own.map(({ id, ...rest }): Cause => ({ id, group, ...rest }));
  });
  write('diagnose/causes.json', JSON.stringify(causes));
  const page = new URL('../docs/causes.md', source);
  const text = vocabularyPage(causes);
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) writeFileSync(page, text);
  return causes;
}

function generateSignatures(known: ReadonlySet<string>): void {
  const folder = new URL('diagnose/signatures/', source);
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml') && file !== 'terms.yml');
  const entries = files.sort().flatMap((file) => {
    const content = parse(readFileSync(new URL(file, folder), 'utf8')) as { signatures?: Signature[] } | null;
    if (!Array.isArray(content?.signatures)) throw new Error(`${file} has no list "signatures".`);
    return content.signatures;
  });
  const terms = parse(readFileSync(new URL('terms.yml', folder), 'utf8')) as Record<string, string>;
  const expanded = expandSignatures(entries, expandTerms(terms), known);
  write('diagnose/signatures.json', JSON.stringify(expanded.map(compileSignature)));
}

function generateChecks(): void {
  const folder = new URL('audit/checks/', source);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));
  const checks = files.sort().flatMap((file) => {
    const content = parse(readFileSync(new URL(file, folder), 'utf8')) as { checks?: unknown } | null;
    if (!Array.isArray(content?.checks)) throw new Error(`${file} has no list "checks".`);
    return content.checks as unknown[];
  });
  write('audit/checks.json', JSON.stringify(checks));
}

/** Profiles, and their names alone for those who only ask whether there is such a client. Order: that of docs/clients.md. */
function generateClients(): void {
  const order =
    'fetch axios got node-fetch npm curl wget postman python go java okhttp apache dotnet reqwest guzzle ruby perl bruno hurl'.split(
      ' ',
    );
  const folder = new URL('http/clients/', source);
  const files = readdirSync(folder).flatMap((file) => /^(.*)\.yml$/.exec(file)?.[1] ?? []);
  const forgotten = files.filter((file) => !order.includes(file));
  if (forgotten.length > 0) throw new Error(`No place among the clients: ${forgotten.join(', ')}.`);
  const valid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile<ClientFile>(
    JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')) as object,
  );
  const sources = order.flatMap((file) => {
    const content: unknown = parse(readFileSync(new URL(`${file}.yml`, folder), 'utf8'));
    if (valid(content)) return [content];
    const wrong = valid.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`clients/${file}.yml: ${wrong?.join('; ')}`);
  });
  const clients = sources.flatMap(compileClients);
  const also = otherNames(sources.flatMap((source) => source.clients));
  write('http/clients.json', JSON.stringify(clients));
  const page = new URL('../docs/clients.md', source);
  const text = clientPage(clients, also);
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) writeFileSync(page, text);
  write('http/client-names.json', JSON.stringify({ ids: clients.map(({ id }) => id), also }));
}

/** Those of the standards first, then by title; their examples are for tests. */
function generateRedirectUriRules(): void {
  const folder = new URL('http/redirect-uri-rules/', source);
  const valid = new Ajv2020({ allErrors: true }).compile<RedirectUriRulesFile>(
    JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')) as object,
  );
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));
  const rules = files.map((file) => {
    const content: unknown = parse(readFileSync(new URL(file, folder), 'utf8'));
    if (valid(content) && `${content.id}.yml` === file) return content;
    const wrong = valid.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`redirect-uri-rules/${file}: ${wrong?.join('; ') ?? 'its id is not its name'}`);
  });
  const first = (id: string): number => (id === 'standard' ? 0 : 1);
  const ordered = rules
    .toSorted((a, b) => first(a.id) - first(b.id) || (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1))
    .map(({ examples: _held, ...rest }) => rest);
  write('http/redirect-uri-rules.json', JSON.stringify(ordered));
  const page = new URL('../docs/redirect-uris.md', source);
  const text = readFileSync(page, 'utf8');
  const made = withRules(text, ordered);
  if (made !== text) writeFileSync(page, made);
}

function generateKinds(causes: ReadonlySet<string>): void {
  const folder = new URL('compare/kinds/', source);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));
  const valid = new Ajv2020({ allErrors: true }).compile<KindFile>(
    JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')) as object,
  );
  const sources = files.sort().map((file) => {
    const content: unknown = parse(readFileSync(new URL(file, folder), 'utf8'));
    if (valid(content)) return content;
    const wrong = valid.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`compare/kinds/${file}: ${wrong?.join('; ')}`);
  });
  write('compare/kinds.json', JSON.stringify(compileKinds(sources, causes)));
  const page = new URL('../docs/compare-kinds.md', source);
  const text = kindPage(sources);
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) writeFileSync(page, text);
}

/** Patterns of secrets; their examples are for tests. */
function generateShapes(): void {
  const folder = new URL('scan/kinds/', source);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));
  const valid = new Ajv2020({ allErrors: true }).compile<ShapeFile>(
    JSON.parse(readFileSync(new URL('schema.json', folder), 'utf8')) as object,
  );
  const shapes = files.sort().flatMap((file) => {
    const content: unknown = parse(readFileSync(new URL(file, folder), 'utf8'));
    if (valid(content))
      return content.kinds.map(({ examples: _are, counterexamples: _held, ...rest }) => rest);
    const wrong = valid.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`);
    throw new Error(`scan/kinds/${file}: ${wrong?.join('; ')}`);
  });
  write('scan/kinds.json', JSON.stringify(shapes));
}

function copy(path: string): void {
  if (!existsSync(new URL(path, source))) return;
  mkdirSync(new URL('.', new URL(path, target)), { recursive: true });
  copyFileSync(new URL(path, source), new URL(path, target));
}

function write(path: string, text: string): void {
  mkdirSync(new URL('.', new URL(path, target)), { recursive: true });
  writeFileSync(new URL(path, target), text);
}
