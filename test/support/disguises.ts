/** Ways in which a text may come back, and a reader who knows them all: written apart from what is tested. */

/** Text in other letters: may be done to what was done before. */
export const escapes: Readonly<Record<string, (text: string) => string>> = {
  percent: (text) => encodeURIComponent(text),
  'percent, all bytes': (text) => bytesOf(text, (hex) => `%${hex}`),
  'percent, all bytes, capitals': (text) => bytesOf(text, (hex) => `%${hex.toUpperCase()}`),
  form: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  json: (text) => JSON.stringify(text).slice(1, -1),
  'json, slashes': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'json, all units': (text) =>
    [...Array(text.length).keys()].map((at) => `\\u${hexOf(text.charCodeAt(at)).padStart(4, '0')}`).join(''),
  'quoted-string': (text) => text.replace(/["\\]/g, '\\$&'),
  html: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  'html, decimal': (text) => [...text].map((each) => `&#${each.codePointAt(0)};`).join(''),
  'html, hex': (text) => text.replace(/[^\w]/gu, (each) => `&#x${hexOf(each.codePointAt(0) ?? 0)};`),
};

/** Bytes in digits; not for secrets of fewer than 8 bytes, of which a part would be found everywhere. */
export const digits: Readonly<Record<string, (text: string) => string>> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64, among others': (text) => Buffer.from(`{"a":"${text}","b":1}`).toString('base64'),
  'base64, joined': (text) => Buffer.from(`joe:${text}`).toString('base64').replace(/=+$/, ''),
  base64url: (text) => Buffer.from(`x${text}yz`).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex, capitals': (text) => Buffer.from(`z${text}`).toString('hex').toUpperCase(),
};

function hexOf(code: number): string {
  return code.toString(16);
}

function bytesOf(text: string, form: (hex: string) => string): string {
  return [...Buffer.from(text)].map((byte) => form(hexOf(byte).padStart(2, '0'))).join('');
}

const readers: readonly ((text: string) => string)[] = [
  (text) =>
    text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    ),
  (text) => text.replaceAll('+', ' '),
  (text) =>
    text.replace(
      /\\(?:u([0-9a-f]{4})|([bfnrt])|([^\w]))/gi,
      (_, unit?: string, control?: string, same?: string) =>
        unit === undefined
          ? (same ?? JSON.parse(`"\\${control}"`))
          : String.fromCharCode(Number.parseInt(unit, 16)),
    ),
  (text) =>
    text
      .replace(/&#x([0-9a-f]{1,6});/gi, (_, hex: string) => codePoint(Number.parseInt(hex, 16)))
      .replace(/&#([0-9]{1,7});/g, (_, decimal: string) => codePoint(Number(decimal)))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&apos;', "'")
      .replaceAll('&amp;', '&'),
];

function codePoint(code: number): string {
  return code < 0x11_0000 ? String.fromCodePoint(code) : '';
}

/** All that a reader can make of a text in `depth` steps. */
export function readings(text: string, depth: number): Set<string> {
  const all = new Set([text]);
  let last = [text];
  for (let step = 0; step < depth; step += 1) {
    last = last.flatMap((each) => readers.map((read) => read(each))).filter((each) => !all.has(each));
    for (const each of last) all.add(each);
  }
  for (const each of [...all]) for (const held of bytesIn(each)) all.add(held);
  return all;
}

function bytesIn(text: string): string[] {
  const runs = text.match(/[\w+/-]{11,}/g) ?? [];
  const found = [0, 1, 2, 3].map((at) =>
    runs.map((run) => Buffer.from(run.slice(at), 'base64').toString('utf8')).join('\0'),
  );
  const hex = text.match(/[0-9a-f]{16,}/gi) ?? [];
  return [
    ...found,
    ...[0, 1].map((at) => hex.map((run) => Buffer.from(run.slice(at), 'hex').toString('utf8')).join('\0')),
  ];
}
