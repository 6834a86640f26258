/** The Secret type and the redactor that stands in front of every sink. */

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
  redact(text: string): string;
}

/** What languages print where there is no value. Nobody's secret. */
export function isNoValue(value: string): boolean {
  return /^(?:undefined|null|nil|NaN|None|\[object [A-Z][A-Za-z]{1,30}\])$/i.test(value);
}

/** Shorter values would turn every report into placeholders. */
const shortest = 4;

export function createRedactor(): Redactor {
  const names = new Map<string, string>();
  let finder: Finder | null = null;
  return {
    learn(name, value) {
      if (value.length < shortest || isNoValue(value)) return;
      for (const form of encodings(value)) {
        if (form.length >= shortest && !names.has(form)) {
          names.set(form, name);
          finder = null;
        }
      }
    },
    redact(text) {
      if (names.size === 0) return text;
      finder ??= createFinder([...names.keys()]);
      return replaceAll(text, finder, (form) => `[secret:${names.get(form) ?? 'value'}]`);
    },
  };
}

/** Forms by how they begin: a pattern of the beginnings stays small however long a secret is. */
interface Finder {
  readonly beginnings: RegExp;
  /** Longest first. */
  readonly forms: ReadonlyMap<string, readonly string[]>;
}

function createFinder(all: string[]): Finder {
  const forms = new Map<string, string[]>();
  for (const form of all.sort((a, b) => b.length - a.length)) {
    const beginning = form.slice(0, shortest);
    const known = forms.get(beginning);
    if (known) known.push(form);
    else forms.set(beginning, [form]);
  }
  const escaped = [...forms.keys()].map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
  return { beginnings: new RegExp(escaped.join('|'), 'g'), forms };
}

function replaceAll(text: string, { beginnings, forms }: Finder, mark: (form: string) => string): string {
  let result = '';
  let done = 0;
  beginnings.lastIndex = 0;
  for (let found = beginnings.exec(text); found !== null; found = beginnings.exec(text)) {
    const { index } = found;
    const form = forms.get(found[0])?.find((each) => text.startsWith(each, index));
    if (form !== undefined) {
      result += text.slice(done, index) + mark(form);
      done = index + form.length;
    }
    beginnings.lastIndex = form === undefined ? index + 1 : done;
  }
  return result + text.slice(done);
}

/** Raw, percent, form, JSON, HTML, hex, base64 and base64url at all three alignments. */
function encodings(value: string): Set<string> {
  const forms = new Set<string>([value]);
  const percent = encodePercent(value);
  forms.add(percent);
  forms.add(percent.toLowerCase().replaceAll('%20', '+'));
  forms.add(percent.replaceAll('%20', '+'));
  forms.add(percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  forms.add(JSON.stringify(value).slice(1, -1));
  forms.add(encodeHtml(value));
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length >= 8) {
    forms.add(bytes.toString('hex'));
    forms.add(bytes.toString('hex').toUpperCase());
    for (const form of alignments(bytes)) forms.add(form);
  }
  return forms;
}

function encodePercent(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
}

function encodeHtml(value: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The characters of base64 text that depend on `bytes` alone, whatever stands before and behind them. */
function alignments(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const first = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const inner = encoded.slice(first, whole);
    forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}
