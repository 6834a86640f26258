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
  const forms = createForms();
  return {
    learn(name, value) {
      if (value.length < shortest || isNoValue(value)) return;
      for (const form of encodings(value)) {
        if (form.length < shortest || names.has(form)) continue;
        names.set(form, name);
        forms.add(form);
      }
    },
    redact(text) {
      if (names.size === 0) return text;
      return replaceAll(text, forms, (form) => `[secret:${names.get(form) ?? 'value'}]`);
    },
  };
}

/** Forms by how they begin. One is added at the same cost however many there are: each signature is a secret. */
interface Forms {
  add(form: string): void;
  /** The longest form that stands at `index`, or null. */
  at(text: string, index: number): string | null;
}

function createForms(): Forms {
  /** Which beginnings there are; a few that are not are marked as well. */
  const marked = new Uint8Array(1 << 16);
  const beginnings = new Map<string, string[]>();
  return {
    add(form) {
      marked[slot(form, 0)] = 1;
      const beginning = form.slice(0, shortest);
      const known = beginnings.get(beginning);
      if (!known) beginnings.set(beginning, [form]);
      else {
        const shorter = known.findIndex((each) => each.length < form.length);
        known.splice(shorter < 0 ? known.length : shorter, 0, form);
      }
    },
    at(text, index) {
      if (marked[slot(text, index)] === 0) return null;
      const known = beginnings.get(text.slice(index, index + shortest));
      return known?.find((each) => text.startsWith(each, index)) ?? null;
    },
  };
}

/** A number below 2^16 for the characters of a beginning, of which there are four. */
function slot(text: string, index: number): number {
  const front = (text.charCodeAt(index) * 31 + text.charCodeAt(index + 1)) | 0;
  const back = (text.charCodeAt(index + 2) * 31 + text.charCodeAt(index + 3)) | 0;
  return (Math.imul(front, 961) + back) & 0xffff;
}

function replaceAll(text: string, forms: Forms, mark: (form: string) => string): string {
  let result = '';
  let done = 0;
  for (let index = 0; index + shortest <= text.length; ) {
    const form = forms.at(text, index);
    if (form === null) {
      index += 1;
      continue;
    }
    result += text.slice(done, index) + mark(form);
    index += form.length;
    done = index;
  }
  return done === 0 ? text : result + text.slice(done);
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
