/** Refresh, the field and the meta element: a redirect that browsers follow and other clients do not. Pure, linear. */

export interface Refresh {
  /** Seconds; what is behind a point does not count. */
  readonly delay: number;
  /** As written; null: the same URL again. */
  readonly reference: string | null;
}

/** Characters of a value that are read. */
const longest = 65_536;
/** Characters of a page in which the element is looked for, and of one tag. */
const longestHead = 65_536;
const longestTag = 4_096;
/** Meta elements that are read. */
const mostElements = 200;

/** HTML standard, "shared declarative refresh steps". `value`: of the field, or of the attribute `content`; null: none. */
export function parseRefresh(value: string): Refresh | null {
  const text = value.slice(0, longest).replace(/^[\t\n\f\r ]+/, '');
  const time = /^(?:(\d+)|(?=\.))[\d.]*/.exec(text);
  if (!time) return null;
  const delay = Number(time[1] ?? 0);
  const rest = text.slice(time[0].length);
  if (rest !== '' && !/^[;,\t\n\f\r ]/.test(rest)) return null;
  const target = rest.replace(/^[\t\n\f\r ]*[;,]?[\t\n\f\r ]*/, '');
  return { delay, reference: target === '' ? null : referenceIn(target) };
}

/** `url = "x"`, `'x'`, or `x` alone. Where the word does not come to its end, all of it is the reference. */
function referenceIn(target: string): string {
  const named = /^u(?:(r)(?:(l)[\t\n\f\r ]*(=)?[\t\n\f\r ]*)?)?/i.exec(target);
  if (named && named[3] === undefined) return target;
  const bare = named ? target.slice(named[0].length) : target;
  const quote = /^["']/.exec(bare)?.[0];
  if (quote === undefined) return bare;
  const end = bare.indexOf(quote, 1);
  return end === -1 ? bare.slice(1) : bare.slice(1, end);
}

/** The first `<meta http-equiv=refresh>` of a page that counts; those in comments, scripts and the like do not. */
export function metaRefresh(page: string): Refresh | null {
  const html = page.slice(0, longestHead);
  // Of the same length: in capitals of other alphabets are two letters.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let elements = 0;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at + 1)) {
    const end = skipped(lower, at);
    if (end === -1) return null;
    if (end !== null) at = end;
    else if (lower.startsWith('<meta', at) && /[\s/]/.test(lower.charAt(at + 5))) {
      elements += 1;
      if (elements > mostElements) return null;
      const attributes = attributesOf(html.slice(at + 5, at + longestTag));
      const content = attributes.get('content');
      const found =
        attributes.get('http-equiv')?.toLowerCase() === 'refresh' && content !== undefined
          ? parseRefresh(content)
          : null;
      if (found) return found;
    }
  }
  return null;
}

const textual = [
  'script',
  'style',
  'noscript',
  'template',
  'textarea',
  'title',
  'xmp',
  'iframe',
  'noembed',
  'noframes',
];

/** Where what begins at `at` ends, if it holds no elements; -1: nowhere; null: it is something else. */
function skipped(lower: string, at: number): number | null {
  if (lower.startsWith('!--', at + 1)) return lower.indexOf('-->', at + 2);
  const name = textual.find((each) => lower.startsWith(each, at + 1));
  if (name === undefined || !/[\s/>]/.test(lower.charAt(at + 1 + name.length))) return null;
  return lower.indexOf(`</${name}`, at);
}

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const attribute = /[\s/]*(?:>|([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?)/y;
  for (let next = attribute.exec(text); next?.[1] !== undefined; next = attribute.exec(text)) {
    const name = next[1].toLowerCase();
    const value = next[2] ?? next[3] ?? next[4] ?? '';
    if (!found.has(name)) found.set(name, value.replaceAll('&amp;', '&').replaceAll('&quot;', '"'));
  }
  return found;
}
