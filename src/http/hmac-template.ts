/** Templates of `hmac` credentials: names that only a request gives a value. */

export type HmacPart = string | { readonly name: string; readonly otherwise: string | null };

/** What a request gives; `header.NAME` beside them, and `signature` where a header is written. */
export const hmacNames = [
  'timestamp',
  'timestamp_ms',
  'nonce',
  'method',
  'url',
  'path',
  'query',
  'host',
  'body',
  'body_sha256',
] as const;

/** `${name}`, `${name:-otherwise}`, and `$${` for a literal `${`. What is left open is text. */
export function parseHmacTemplate(text: string): HmacPart[] {
  const parts: HmacPart[] = [];
  let done = 0;
  // Behind the last brace nothing is closed: looking for its end at each `${` would take quadratic time.
  const closed = text.slice(0, text.lastIndexOf('}') + 1);
  for (const match of closed.matchAll(/\$\$\{|\$\{([^}]*)\}/g)) {
    if (match.index > done) parts.push(text.slice(done, match.index));
    done = match.index + match[0].length;
    if (match[1] === undefined) {
      parts.push('${');
      continue;
    }
    const split = match[1].indexOf(':-');
    const name = split < 0 ? match[1] : match[1].slice(0, split);
    parts.push({ name, otherwise: split < 0 ? null : match[1].slice(split + 2) });
  }
  if (done < text.length) parts.push(text.slice(done));
  return parts;
}
