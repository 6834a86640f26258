/**
 * The part of the build that tsc does not do: schemas to validators, signatures and causes to JSON beside the compiled
 * files. Run as `node build/src/generate.js`; not shipped.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { parse } from 'yaml';
import type { Signature } from './diagnose/signature.ts';
import { compileSignature, expandSignatures, expandTerms } from './diagnose/signature-source.ts';

const source = new URL('../../src/', import.meta.url);
const target = new URL('./', import.meta.url);

generateValidators(['project', 'scenario']);
for (const name of ['project', 'scenario', 'report']) copy(`schemas/${name}.schema.json`);
copy('diagnose/causes.json');
generateSignatures();

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
  write('schemas/validators.js', code);
}

function generateSignatures(): void {
  const folder = new URL('diagnose/signatures/', source);
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).filter((file) => file.endsWith('.yml') && file !== 'terms.yml');
  const entries = files.sort().flatMap((file) => {
    const content = parse(readFileSync(new URL(file, folder), 'utf8')) as { signatures?: Signature[] } | null;
    if (!Array.isArray(content?.signatures)) throw new Error(`${file} has no list "signatures".`);
    return content.signatures;
  });
  const terms = parse(readFileSync(new URL('terms.yml', folder), 'utf8')) as Record<string, string>;
  const expanded = expandSignatures(entries, expandTerms(terms), causeIds());
  write('diagnose/signatures.json', JSON.stringify(expanded.map(compileSignature)));
}

/** As they are beside the compiled files. */
function causeIds(): Set<string> {
  const causes = JSON.parse(readFileSync(new URL('diagnose/causes.json', target), 'utf8')) as
    | readonly { id: string }[]
    | Record<string, string[]>;
  return new Set(Array.isArray(causes) ? causes.map(({ id }) => id) : Object.values(causes).flat());
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
