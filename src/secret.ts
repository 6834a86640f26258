/** The Secret type and the redactor that stands in front of every sink. */
import { encodings } from './secret-encodings.ts';

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
  /** `cut`: the text is the beginning of a longer one, at whose border half a secret may stand. */
  redact(text: string, cut?: boolean): string;
}

/** What languages print where there is no value. Nobody's secret. */
export function isNoValue(value: string): boolean {
  return /^(?:undefined|null|nil|NaN|None|\[object [A-Z][A-Za-z]{1,30}\])$/i.test(value);
}

/** Shorter values would turn every report into placeholders. */
const shortest = 4;

export function createRedactor(): Redactor {
  const learnt = new Set<string>();
  const names = new Map<string, string>();
  const forms = createForms();
  return {
    learn(name, value) {
      if (value.length < shortest || isNoValue(value) || learnt.has(value)) return;
      learnt.add(value);
      for (const each of [value, ...partsOf(value)]) {
        for (const form of encodings(each)) {
          if (form.length < shortest || names.has(form)) continue;
          names.set(form, name);
          forms.add(form);
        }
      }
    },
    redact(text, cut = false) {
      if (names.size === 0) return text;
      return replaceAll(text, forms, cut, (form) => `[secret:${cleaned(names.get(form) ?? 'value', forms)}]`);
    },
  };
}

/** A server that names a cookie by a secret names the cookie's value by it too. */
function cleaned(name: string, forms: Forms): string {
  return replaceAll(name, forms, false, (form) => (form.length < noWord ? form : '…'));
}

/** Characters of a secret that is no word, such as the name of a credential. */
const noWord = 8;

/** What of a secret is one by itself: the signature of a JWS, the lines of a PEM, members of a JSON text that hold keys. */
function partsOf(value: string): string[] {
  const [, signature] = /^eyJ[\w-]*\.[\w-]*\.([\w-]{16,})$/.exec(value) ?? [];
  if (signature !== undefined) return [signature];
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

/** Forms by how they begin. One is added at the same cost however many there are: each signature is a secret. */
interface Forms {
  add(form: string): void;
  /** The longest form that stands at `index`, or what is left of one that was cut; null: none. `cut`: the text may be. */
  at(text: string, index: number, cut: boolean): Found | null;
}

interface Found {
  readonly form: string;
  /** Characters of it that stand there. */
  readonly length: number;
}

function createForms(): Forms {
  /** Which beginnings there are; a few that are not are marked as well. */
  const marked = new Uint8Array(slots);
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
    at(text, index, cut) {
      if (marked[slot(text, index)] === 0) return null;
      const known = beginnings.get(text.slice(index, index + shortest));
      const left = text.length - index;
      const form = known?.find((each) =>
        cut && each.length > left ? each.startsWith(text.slice(index)) : text.startsWith(each, index),
      );
      if (form !== undefined) return { form, length: form.length };
      return known ? shortened(text, index, known) : null;
    },
  };
}

/** A form whose end was cut off by whoever shortened the text (`abcd...`); null where little of it stands there. */
function shortened(text: string, index: number, forms: readonly string[]): Found | null {
  for (const form of forms.slice(0, mostAlike)) {
    let length = shortest;
    while (length < form.length && form[length] === text[index + length]) length += 1;
    const isMuch = length >= noWord || length * 2 >= form.length;
    if (isMuch && /^(?:\.\.\.|…)/.test(text.slice(index + length, index + length + 3)))
      return { form, length };
  }
  return null;
}

/** Forms with one beginning that are looked at for what is left of one: tokens begin alike. */
const mostAlike = 1000;

/** Enough for some hundred thousand forms. */
const slots = 1 << 20;

/** A number below `slots` for the characters of a beginning, of which there are four. */
function slot(text: string, index: number): number {
  const front = (text.charCodeAt(index) * 31 + text.charCodeAt(index + 1)) | 0;
  const back = (text.charCodeAt(index + 2) * 31 + text.charCodeAt(index + 3)) | 0;
  return (Math.imul(front, 961) + back) & (slots - 1);
}

function replaceAll(text: string, forms: Forms, cut: boolean, mark: (form: string) => string): string {
  let result = '';
  let done = 0;
  for (let index = 0; index + shortest <= text.length; ) {
    const found = forms.at(text, index, cut);
    if (found === null) {
      index += 1;
      continue;
    }
    result += text.slice(done, index) + mark(found.form);
    index += found.length;
    done = index;
  }
  return done === 0 ? text : result + text.slice(done);
}
