/** Words of HTML, XML and plain text: tags, scripts and styles are no words. */

/** Tags inside a sentence: what they hold belongs to the words around it. */
const inline = /<\/?(?:a|abbr|b|code|em|font|i|kbd|mark|small|span|strong|sub|sup|tt|u|var)(?:\s[^<>]*)?>/gi;

/** Texts of a document in order, one for each block or element; of a plain text its lines. */
export function plainPieces(text: string): string[] {
  const plain = /<[a-z!?/]/i.test(text) ? withoutMarkup(text) : text;
  return plain
    .split('\n')
    .map((line) => decodeEntities(line).replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
}

function withoutMarkup(text: string): string {
  return text
    .replace(/<!\[CDATA\[|\]\]>/g, '')
    .replace(/<(script|style|svg)\b[^<>]*>/gi, '\u0000$&')
    .split('\u0000')
    .map((part, index) => (index === 0 ? part : afterClosing(part)))
    .join('\n')
    .replace(/[\r\n]+/g, ' ')
    .replace(inline, '')
    .replace(/<[^<>]*>/g, '\n')
    .replace(/<[^<>]*$/, '');
}

/** What follows the closing tag of the element that `part` begins with; nothing where it is not closed. */
function afterClosing(part: string): string {
  const name = /^<(\w+)/.exec(part)?.[1]?.toLowerCase() ?? '';
  const close = part.toLowerCase().indexOf(`</${name}`);
  return close < 0 ? '' : part.slice(close);
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  middot: '·',
  nbsp: ' ',
  quot: '"',
  rsquo: "'",
};

function decodeEntities(text: string): string {
  return text.replace(/&(#x?[\da-f]{1,6}|\w{1,8});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return named[name.toLowerCase()] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
    return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
  });
}
