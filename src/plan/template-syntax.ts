/** The syntax of templates: `${name}`, `${name:-default}`, `$${` for a literal `${` (LANGUAGE.md section 5). */

export interface Placeholder {
  readonly name: string;
  /** Used where the name has no value, null or the empty string; null where there is no `:-`. */
  readonly default: string | null;
  /** Of the `$` in the text, in UTF-16 units. */
  readonly offset: number;
}
export type Template = readonly (string | Placeholder)[];
export interface TemplateFault {
  readonly error: string;
  readonly offset: number;
}

const name = /^(?:now[+-]\d+(?:ms|s|m|h|d)\.(?:iso|unix)|[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)$/;
const parsed = new Map<string, Template | TemplateFault>();
/** Texts may come out of data rows, so their number is bounded. */
const mostParsed = 5000;

export function parseTemplate(text: string): Template | TemplateFault {
  const known = parsed.get(text);
  if (known) return known;
  if (parsed.size >= mostParsed) parsed.clear();
  const template = parse(text);
  parsed.set(text, template);
  return template;
}

function parse(text: string): Template | TemplateFault {
  const parts: (string | Placeholder)[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      const end = text.indexOf('}', at);
      if (end === -1) return { error: '"${" has no "}"', offset: at };
      const placeholder = parsePlaceholder(text.slice(at + 2, end), at);
      if ('error' in placeholder) return placeholder;
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(placeholder);
      at = end + 1;
    } else {
      literal += text[at];
      at += 1;
    }
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

function parsePlaceholder(inner: string, offset: number): Placeholder | TemplateFault {
  if (inner.includes('${')) return { error: 'one "${" stands inside another', offset };
  const split = inner.indexOf(':-');
  const found = split === -1 ? inner : inner.slice(0, split);
  if (!name.test(found)) return { error: `"${found}" is not a name`, offset };
  return { name: found, default: split === -1 ? null : inner.slice(split + 2), offset };
}
