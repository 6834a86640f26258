/** The nodes of a YAML document to plain values that know their places. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json, Source } from '../model.ts';
import { Problem, type Problems } from '../problem.ts';
import { emptyMap, place, placeEntry } from '../source.ts';

/** Levels of nesting. */
export const maxDepth = 100;
export const tooDeep: string = `Values are nested deeper than ${maxDepth} levels.`;
/** Values that aliases may add to a file: enough for any honest use. */
const maxAliased = 10_000;
const coreTags: ReadonlySet<string> = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

interface Anchored {
  /** undefined while its node is being read: an alias to it would be a cycle. */
  value: Json | undefined;
  size: number;
}

/** Nodes of one document to values; what is wrong with them goes to the problems. */
export class ValueBuilder {
  readonly #problems: Problems;
  readonly #at: (offset: number) => Source;
  readonly #anchors = new Map<string, Anchored>();
  /** Values read so far, aliased ones counted each time. */
  #size = 0;
  #aliased = 0;
  #tooDeep = false;

  constructor(problems: Problems, at: (offset: number) => Source) {
    this.#problems = problems;
    this.#at = at;
  }

  build(node: Node, depth = 1): Json {
    if (isAlias(node)) return this.#alias(node);
    if (depth > maxDepth) {
      if (!this.#tooDeep) this.#problem('YAML_TOO_DEEP', tooDeep, node);
      this.#tooDeep = true;
      return null;
    }
    const before = this.#size;
    this.#size += 1;
    const { anchor, tag } = node as YAMLMap | YAMLSeq | Scalar;
    const anchored: Anchored = { value: undefined, size: 0 };
    if (anchor) this.#anchors.set(anchor, anchored);
    if (tag && !coreTags.has(tag))
      this.#problem(
        'YAML_TAG',
        `The tag "${tag.replace('tag:yaml.org,2002:', '!!')}" is not supported.`,
        node,
        'Write the value without a tag.',
      );
    const value = this.#plain(node, depth);
    anchored.value = value;
    anchored.size = this.#size - before;
    return value;
  }

  #plain(node: Node, depth: number): Json {
    if (isMap(node)) return this.#map(node, depth);
    if (isSeq(node)) return this.#list(node, depth);
    return isScalar(node) ? this.#scalar(node) : null;
  }

  #map(node: YAMLMap, depth: number): Json {
    const map = emptyMap();
    place(map, this.#source(node));
    for (const { key, value } of node.items as readonly { key: unknown; value: Node | null }[]) {
      if (!isScalar(key)) {
        this.#problem('YAML_KEY', 'A key must be a text.', key as Node | null, 'Quote it.', node);
        continue;
      }
      const name = String(key.value ?? '');
      const keySource = this.#source(key);
      if (Object.hasOwn(map, name)) {
        this.#problem('DUPLICATE_KEY', `"${name}" stands twice in one map.`, key, 'Keep one of them.');
        continue;
      }
      if (name === '<<' && key.type === 'PLAIN') {
        const fix =
          'Write the keys out; what is common belongs under credentials:, variables: or extends: of why401.yml.';
        this.#problem('YAML_MERGE_KEY', 'Merge keys (<<) are not part of YAML 1.2.', key, fix);
        continue;
      }
      if (value === null && key.type === 'PLAIN' && /:\S/.test(name)) {
        const fix = `Write "${name.replace(/:(?=\S)/, ': ')}", or quote it if text is meant.`;
        this.#problem(
          'YAML_SYNTAX',
          `"${name}" is one word in YAML: a colon separates with a space after it.`,
          key,
          fix,
        );
        continue;
      }
      map[name] = value ? this.build(value, depth + 1) : null;
      placeEntry(map, name, keySource, value?.range ? this.#source(value) : keySource, writtenOf(value));
    }
    return map;
  }

  #list(node: YAMLSeq, depth: number): Json {
    const list: Json[] = [];
    place(list, this.#source(node));
    for (const item of node.items as readonly (Node | null)[]) {
      const source = this.#source(item ?? node);
      placeEntry(list, list.length, source, source, writtenOf(item));
      list.push(item ? this.build(item, depth + 1) : null);
    }
    return list;
  }

  #scalar(node: Scalar): Json {
    const { value } = node;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) {
        this.#problem(
          'YAML_NUMBER',
          `"${node.source ?? value}" is no number that JSON knows.`,
          node,
          'Quote it if text is meant.',
        );
      }
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? bigInteger(node, value) : value;
    }
    return typeof value === 'string' || typeof value === 'boolean' ? value : null;
  }

  #alias(node: Alias): Json {
    const anchored = this.#anchors.get(node.source);
    if (!anchored) {
      this.#problem(
        'YAML_ALIAS',
        `"*${node.source}" is an alias in YAML, and there is no anchor "&${node.source}" before it.`,
        node,
        `Quote it if text is meant: "*${node.source}"`,
      );
      return null;
    }
    if (anchored.value === undefined) {
      this.#problem(
        'YAML_ALIAS',
        `"*${node.source}" stands inside of what it names.`,
        node,
        'Write the value out.',
      );
      return null;
    }
    this.#size += anchored.size;
    const before = this.#aliased;
    this.#aliased += anchored.size;
    if (this.#aliased > maxAliased && before <= maxAliased) {
      this.#problem(
        'YAML_ALIAS',
        `Aliases expand to more than ${maxAliased} values.`,
        node,
        'Write fewer of them.',
      );
    }
    return anchored.value;
  }

  #source(node: Node): Source {
    return this.#at(node.range?.[0] ?? 0);
  }

  #problem(
    code: string,
    message: string,
    node: Node | null,
    fix: string | null = null,
    around: Node | null = null,
  ): void {
    const where = node?.range ? node : around;
    this.#problems.list.push(new Problem(code, message, { source: where ? this.#source(where) : null, fix }));
  }
}

function writtenOf(node: Node | null): string | null {
  return node && isScalar(node) ? (node.source ?? null) : null;
}

function bigInteger(node: Scalar, value: number): number | bigint {
  const written = node.source ?? '';
  if (/^-?(?:\d+|0o[0-7]+|0x[0-9a-fA-F]+)$/.test(written)) return BigInt(written);
  return /^\+\d+$/.test(written) ? BigInt(written.slice(1)) : value;
}
