/** The forms in which a text may come back: percent, form, JSON, HTML, hex, base64 and base64url at all alignments. */

/** What encoders make of `value`, whatever stands before or behind it; itself included. */
export function encodings(value: string): Set<string> {
  const forms = new Set<string>([value]);
  const texts = [value];
  if (!unreserved.test(value)) {
    const component = encodePercent(value);
    const form = new URLSearchParams([['', value]]).toString().slice(1);
    // The URL standard has its own idea of an apostrophe in a query.
    const query = component.replaceAll("'", '%27');
    for (const each of percentForms(value, component, form, query)) {
      forms.add(each);
      forms.add(each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
    }
    for (const each of jsonForms(value)) forms.add(each);
    for (const each of htmlForms(value)) forms.add(each);
    // A whole form or address may be encoded, in which the value is encoded already.
    const whole = new Set([component, form, query]);
    for (const each of whole) forms.add(each.replaceAll('%', '%25'));
    texts.push(...whole);
  }
  for (const text of texts) addBinary(text, forms);
  return forms;
}

const unreserved = /^[\w.-]*$/;

/** RFC 3986, what languages leave as it is beyond that, and application/x-www-form-urlencoded. */
function percentForms(value: string, component: string, form: string, query: string): string[] {
  const strict = component.replace(/[!'()*]/g, toPercent);
  const all = [component, strict, form, query, component.replaceAll('%20', '+')];
  // Slashes are kept in paths, and more than these in whole addresses.
  return [...all, component.replaceAll('%2F', '/'), strict.replaceAll('%2F', '/'), encodeWhole(value)];
}

function toPercent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function encodePercent(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
}

function encodeWhole(value: string): string {
  try {
    return encodeURI(value);
  } catch {
    return value;
  }
}

/** Escapes that JSON allows and that encoders like: of slashes, of markup, of all that is not ASCII. */
function jsonForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const forms = [json, json.replaceAll('/', '\\/')];
  for (const pattern of escaped) {
    const low = json.replace(pattern, (character) => toEscape(character.charCodeAt(0).toString(16)));
    if (low === json) continue;
    forms.push(low, low.replaceAll('/', '\\/'));
    forms.push(
      json.replace(pattern, (character) => toEscape(character.charCodeAt(0).toString(16).toUpperCase())),
    );
  }
  return forms;
}

const escaped = [
  /[^\x20-\x7e]/g,
  /[<>&]|[^\x20-\x7e]/g,
  /[<>&']|[^\x20-\x7e]/g,
  /[<>&'+]|[^\x20-\x7e]/g,
  /[<>&'+=]|[^\x20-\x7e]/g,
];

function toEscape(digits: string): string {
  return `\\u${digits.padStart(4, '0')}`;
}

const named: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const entities: readonly Readonly<Record<string, string>>[] = [
  named,
  { ...named, "'": "'" },
  { ...named, "'": "'", '"': '"' },
  { ...named, "'": '&#039;' },
  { ...named, "'": '&apos;' },
  { ...named, "'": '&#x27;' },
  { ...named, "'": '&#x27;', '/': '&#x2F;' },
  { ...named, "'": '&#x27;', '=': '&#x3D;', '`': '&#x60;' },
  { ...named, "'": '&#39;', '/': '&#x2F;', '=': '&#x3D;', '`': '&#x60;' },
  { ...named, "'": '&#x27;', '/': '&#x2F;', '=': '&#x3D;', '`': '&#x60;' },
  { ...named, '"': '&#34;' },
  { ...named, '"': '&#34;', '+': '&#43;' },
];

function htmlForms(value: string): string[] {
  if (!/[&<>"'/=`+]/.test(value)) return [];
  return entities.map((map) => value.replace(/[&<>"'/=`+]/g, (character) => map[character] ?? character));
}

/** Of what is too short, a part would be found everywhere. */
const fewestBytes = 8;

function addBinary(text: string, forms: Set<string>): void {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < fewestBytes) return;
  const hex = bytes.toString('hex');
  forms.add(hex);
  forms.add(hex.toUpperCase());
  for (const form of alignments(bytes)) forms.add(form);
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
