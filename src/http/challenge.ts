/** Challenges of WWW-Authenticate and Proxy-Authenticate (RFC 9110 section 11.6.1), read as servers really send them. */

export interface Challenge {
  /** As sent; empty where parameters came without a scheme. */
  readonly scheme: string;
  /** Names in lower case; of a repeated name the first value. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly token68: string | null;
  /** Departures from the grammar, one sentence each. */
  readonly problems: readonly string[];
}

interface Draft {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
  token68: string | null;
  readonly problems: string[];
}

/** More would only repeat themselves. */
const problemLimit = 20;
const token = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const token68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
const blank = /[ \t]*/y;
/** A semicolon separates in no grammar, and does so on the wire. */
const separators = /[ \t,;]*/y;
const bare = /[^ \t,]*/y;
/** A word of an unquoted value that goes on, and what separates it. */
const further = /[ \t]+[^ \t,="]+(?=[ \t]*(?:,|$)|[ \t]+[^ \t,=])(?![ \t]+[\w-]+[ \t]*=)/y;
/** Of the HTTP Authentication Scheme Registry and what is common beside it, those that are no words of a sentence. */
const schemes: ReadonlySet<string> = new Set(
  'basic bearer concealed digest dpop gnap hoba mutual negotiate oauth privatetoken vapid ntlm kerberos hawk aws4-hmac-sha256'.split(
    ' ',
  ),
);

/** Reads the values of all fields of one name, in order. Never throws; linear in the length of the text. */
export function parseChallenges(fieldValues: readonly string[]): Challenge[] {
  return fieldValues.flatMap(parseField);
}

function parseField(text: string): Challenge[] {
  const challenges: Draft[] = [];
  let at = 0;
  while (true) {
    const gap = match(separators, text, at);
    const afterComma = /[,;]/.test(gap) || challenges.length === 0;
    if (gap.includes(';')) note(current(challenges), 'A semicolon stands where a comma belongs.');
    at += gap.length;
    if (at >= text.length) return challenges;
    const word = match(token, text, at);
    if (word === '') {
      const junk = match(bare, text, at);
      note(current(challenges), `"${clip(junk)}" is neither a scheme nor a parameter.`);
      at += Math.max(junk.length, 1);
      continue;
    }
    const equals = at + word.length + match(blank, text, at + word.length).length;
    if (text[equals] === '=') {
      at = parseParameter(text, word, equals + 1, current(challenges), afterComma);
      continue;
    }
    if (!afterComma) note(current(challenges), `A comma is missing before "${clip(word)}".`);
    const challenge = draft(word);
    challenges.push(challenge);
    at += word.length;
    at = parseToken68(text, at, challenge);
  }
}

/** What follows a scheme and a space, when it is a token68 and not the first parameter. */
function parseToken68(text: string, at: number, challenge: Draft): number {
  const gap = match(blank, text, at);
  if (gap === '') return at;
  const value = match(token68, text, at + gap.length);
  if (value === '') return at;
  challenge.token68 = value;
  return at + gap.length + value.length;
}

/** `at` is behind the equals sign. Returns where the value ends. */
function parseParameter(text: string, name: string, at: number, into: Draft, afterComma: boolean): number {
  if (!afterComma && into.parameters.size > 0) note(into, `A comma is missing before "${clip(name)}".`);
  if (into.token68 !== null) note(into, `The parameter "${clip(name)}" follows a token68 value.`);
  const start = at + match(blank, text, at).length;
  const { value, end } = quotedValue(text, start, name, into) ?? bareValue(text, start, name, into);
  const key = name.toLowerCase();
  if (into.parameters.has(key))
    note(into, `The parameter "${clip(key)}" is repeated; the first value is used.`);
  else into.parameters.set(key, value);
  return end;
}

interface Value {
  readonly value: string;
  readonly end: number;
}

/** In quotation marks, also in those that are escaped (`\\"`) or single by mistake; null where there are none. */
function quotedValue(text: string, start: number, name: string, into: Draft): Value | null {
  if (text[start] === '"') {
    const close = closingQuote(text, start);
    if (close < 0) note(into, `The quotation mark of "${clip(name)}" is not closed.`);
    const last = close < 0 ? text.length : close;
    return { value: text.slice(start + 1, last).replace(/\\([\s\S])/g, '$1'), end: last + 1 };
  }
  const mark = text.startsWith('\\"', start) ? '\\"' : text[start] === "'" ? "'" : null;
  if (mark === null) return null;
  const close = text.indexOf(mark, start + mark.length);
  // An apostrophe within a value is no quotation mark.
  if (close < 0 || !/^[ \t]*(?:[,;]|$)|^[ \t]+[\w-]+=/.test(text.slice(close + mark.length, close + 80)))
    return null;
  note(
    into,
    `The value of "${clip(name)}" stands in ${mark === "'" ? 'single' : 'escaped'} quotation marks.`,
  );
  return { value: text.slice(start + mark.length, close), end: close + mark.length };
}

/** Without quotation marks; words that follow and begin neither a parameter nor a challenge belong to it. */
function bareValue(text: string, start: number, name: string, into: Draft): Value {
  let value = match(bare, text, start);
  let end = start + value.length;
  while (value !== '') {
    const word = match(further, text, end);
    if (word === '' || schemes.has(word.trim().toLowerCase())) break;
    value += ` ${word.trim()}`;
    end += word.length;
  }
  if (value.endsWith(';')) {
    value = value.slice(0, -1);
    end -= 1;
  }
  if (match(token, value, 0) !== value) note(into, `The value of "${clip(name)}" needs quotation marks.`);
  if (value === '') note(into, `The parameter "${clip(name)}" has no value.`);
  return { value, end };
}

/** Place of the quotation mark that ends the string at `start`, or -1. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

function current(challenges: Draft[]): Draft {
  const last = challenges.at(-1);
  if (last) return last;
  const first = draft('');
  first.problems.push('There is no authentication scheme before the first parameter.');
  challenges.push(first);
  return first;
}

function draft(scheme: string): Draft {
  return { scheme, parameters: new Map(), token68: null, problems: [] };
}

function note(challenge: Draft, problem: string): void {
  if (challenge.problems.length < problemLimit) challenge.problems.push(problem);
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
