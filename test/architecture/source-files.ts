/** The files of src as the tests of the architecture see them: parsed, with the line of everything. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export interface SourceFile {
  /** Relative to src: `http/origin.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Names that are used and not a property's; members as `object.property`; `.method()` without arguments. */
  readonly uses: readonly Use[];
}
export interface Import {
  /** Of ours: relative to src; otherwise as written. */
  readonly target: string;
  readonly ours: boolean;
  readonly kind: 'static' | 'dynamic' | 'type';
  readonly line: number;
}
export interface Use {
  readonly name: string;
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** The root of the repository, from build/test/architecture. */
export const root: URL = new URL('../../../', import.meta.url);

export function sourceFiles(): SourceFile[] {
  const folder = fileURLToPath(new URL('src/', root));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => sourceFile(path, readFileSync(`${folder}${path}`, 'utf8')));
}

export function sourceFile(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const imports: Import[] = [];
  const add = (specifier: string, kind: Import['kind'], offset: number): void => {
    const ours = specifier.startsWith('.');
    const target = ours ? posix.join(posix.dirname(path), specifier) : specifier;
    imports.push({ target, ours, kind, line: lineAt(offset) });
  };
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every((entry) => entry.isType);
    add(moduleRequest.value, typeOnly ? 'type' : 'static', start);
  }
  const uses: Use[] = [];
  walk(program as unknown as Node, (node) => {
    const from = imported(node);
    if (from) add(from.specifier, from.kind, node.start);
    const name = used(node);
    if (name) uses.push({ name, line: lineAt(node.start) });
  });
  return { path, text, imports, uses };
}

/** `export from 'x'`, `import('x')`, the type `typeof import('x')`, and what a createRequire function is called with. */
function imported(node: Node): { specifier: string; kind: Import['kind'] } | null {
  const text = (value: unknown): string | null => {
    const { value: literal } = (value ?? {}) as { value?: unknown };
    return typeof literal === 'string' ? literal : null;
  };
  if (node.type === 'ImportExpression' || node.type === 'TSImportType') {
    const specifier = text(node['source'] ?? node['argument']);
    return specifier === null ? null : { specifier, kind: node.type === 'TSImportType' ? 'type' : 'dynamic' };
  }
  if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration') {
    const specifier = text(node['source']);
    return specifier === null ? null : { specifier, kind: node['exportKind'] === 'type' ? 'type' : 'static' };
  }
  if (node.type !== 'CallExpression') return null;
  const { name } = node['callee'] as { name?: string };
  const specifier = text((node['arguments'] as unknown[])[0]);
  return name === 'require' && specifier !== null ? { specifier, kind: 'dynamic' } : null;
}

function used(node: Node): string | null {
  if (node.type === 'CallExpression') return calledWithout(node);
  if (node.type === 'Identifier') return node['name'] as string;
  if (node.type !== 'MemberExpression') return null;
  const object = node['object'] as { type: string; name?: string };
  const property = node['property'] as { name?: string; value?: unknown };
  return `${object.type === 'Identifier' ? object.name : ''}.${property.name ?? String(property.value)}`;
}

/** A method that is called without arguments: `.reveal()`. */
function calledWithout(node: Node): string | null {
  const { type, property } = node['callee'] as { type: string; property?: { name?: string } };
  const none = (node['arguments'] as unknown[]).length === 0;
  return none && type === 'MemberExpression' && property?.name ? `.${property.name}()` : null;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const [key, value] of Object.entries(node)) {
    // The name of a property, a key or a type's member is no use of a name.
    if (key === 'property' && node['computed'] === false) continue;
    if (key === 'key' && node['computed'] === false && node['shorthand'] !== true) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && typeof (child as Node).type === 'string') {
        walk(child as Node, visit);
      }
    }
  }
}
