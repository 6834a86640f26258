/** The Secret type and the redactor that stands in front of every sink. */
import { namedIn } from './redact/named.ts';
import { shortest } from './redact/parts.ts';
import { createSearch } from './redact/search.ts';

export { isNamedSecret, namedIn } from './redact/named.ts';
export { nameTells, tokenNames } from './redact/names.ts';

/**
 * Text that may be sent but not shown. Printing, JSON and inspection give the shown form; only `credential/` and
 * `replay/send` call `reveal()` (a test holds it).
 */
export class Secret {
  readonly #value: string;
  /** The value with its secret parts named: `Bearer [secret:reader]`. */
  readonly shown: string;

  constructor(value: string, shown: string) {
    this.#value = value;
    this.shown = shown;
  }

  /** A secret that is nothing but one: shown as `[secret:NAME]`. */
  static named(name: string, value: string): Secret {
    return new Secret(value, `[secret:${name}]`);
  }

  reveal(): string {
    return this.#value;
  }

  /** Length of the value in UTF-16 units: all that may be known of it. */
  get length(): number {
    return this.#value.length;
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  /** A secret made of this one by a function of its value (percent-encoding, trimming). */
  map(change: (value: string) => string): Secret {
    return new Secret(change(this.#value), this.shown);
  }

  /** Parts in a row; a plain string when none is secret. */
  static join(parts: readonly Value[]): Value {
    if (!parts.some((part) => part instanceof Secret)) return parts.join('');
    const value = parts.map((part) => (part instanceof Secret ? part.#value : part)).join('');
    return new Secret(value, parts.map(String).join(''));
  }
}

/** Text, part of which may be secret. */
export type Value = string | Secret;

/** Takes secrets out of text, in every encoding in which they may come back. */
export interface Redactor {
  /** From now on `value` is shown as `[secret:name]`. Values shorter than 4 characters, and words such as `undefined`, are not searched for. */
  learn(name: string, value: string): void;
  /** `cut`: which border of the text went through something longer; half a secret may stand there. */
  redact(text: string, cut?: Cut): string;
  /** For text that comes in pieces: a secret may stand in two. */
  stream(): RedactingStream;
}

export type Cut = 'start' | 'end' | 'both' | 'none';

export interface RedactingStream {
  /** What can be shown of all that was written so far; some is held back, so that no secret is shown by halves. */
  write(piece: string | Uint8Array): string;
  /** The rest. */
  end(): string;
}

/** What languages print where there is no value. Nobody's secret. */
export function isNoValue(value: string): boolean {
  return /^(?:undefined|null|nil|NaN|None|\[object [A-Z][A-Za-z]{1,30}\])$/i.test(value);
}

export function createRedactor(): Redactor {
  const learnt = new Set<string>();
  const search = createSearch();
  const redact = (text: string, cut: Cut = 'none'): string => search.replace(text, cut);
  return {
    learn(name, value) {
      if (value.length < shortest || isNoValue(value) || learnt.has(value)) return;
      learnt.add(value);
      for (const each of [value, ...partsOf(value)]) search.add(name, each);
    },
    redact,
    stream: () => search.stream(),
  };
}

/** What of a secret is one by itself: the signature of a JWS and secrets among its claims, the lines of a PEM, members of a JSON text that hold keys. */
function partsOf(value: string): string[] {
  const [, signature] = /^eyJ[\w-]*\.[\w-]*\.([\w-]{16,})$/.exec(value) ?? [];
  if (signature !== undefined) return [signature, ...namedIn(value).map(([, part]) => part)];
  if (value.startsWith('{') || value.startsWith('[')) return membersOf(value);
  if (!value.includes('-----BEGIN ')) return [];
  return value.split(/\\n|\s+/).filter((line) => /^[\w+/=]{16,}$/.test(line));
}

const members: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'private_key', 'value']);

function membersOf(text: string): string[] {
  const found: string[] = [];
  try {
    JSON.parse(text, (key, member: unknown) => {
      if (typeof member === 'string' && member.length >= 16 && members.has(key))
        found.push(member, ...(member.startsWith('{') ? [] : partsOf(member)));
      return member;
    });
  } catch {
    // No JSON: the whole text is the secret.
  }
  return found;
}
