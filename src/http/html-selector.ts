/**
 * A small subset of CSS selectors: `tag`, `#id`, `.class`, `[name]`, `[name=value]`, combined and with descendants
 * (`form#login input[name=csrf]`).
 */

export interface HtmlCompound {
  readonly tag: string | null;
  readonly tests: readonly { readonly name: string; readonly value: string | null; readonly word: boolean }[];
}
/** From the outermost to the element itself. */
export type HtmlSelector = readonly HtmlCompound[];

const part =
  /^(?:([A-Za-z][\w-]*|\*)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\]"'\s]+)))?\])/;

export function parseHtmlSelector(text: string): HtmlSelector | { readonly error: string } {
  const compounds = text.trim().match(/(?:\[[^\]]*(?:\]|$)|[^\s[])+/g) ?? [];
  if (compounds.length === 0) return { error: 'the selector is empty' };
  const parsed = compounds.map(parseCompound);
  const fault = parsed.find((compound) => 'error' in compound);
  return fault && 'error' in fault ? fault : (parsed as HtmlCompound[]);
}

function parseCompound(text: string): HtmlCompound | { error: string } {
  let tag: string | null = null;
  const tests: { name: string; value: string | null; word: boolean }[] = [];
  for (let rest = text; rest !== ''; ) {
    const found = part.exec(rest);
    if (!found || (found[1] !== undefined && rest !== text)) {
      return { error: `"${rest}" is not understood: use tag, #id, .class, [name=value] and descendants` };
    }
    const [all, name, id, word, attribute, ...values] = found;
    if (name !== undefined && name !== '*') tag = name.toLowerCase();
    if (id !== undefined) tests.push({ name: 'id', value: id, word: false });
    if (word !== undefined) tests.push({ name: 'class', value: word, word: true });
    if (attribute !== undefined) {
      const value = values.find((candidate) => candidate !== undefined) ?? null;
      tests.push({ name: attribute.toLowerCase(), value, word: false });
    }
    rest = rest.slice(all.length);
  }
  return { tag, tests };
}

/** `attribute` gives values by lower-case name. */
export function matchesCompound(
  compound: HtmlCompound,
  tag: string,
  attribute: (name: string) => string | undefined,
): boolean {
  if (compound.tag !== null && compound.tag !== tag) return false;
  return compound.tests.every(({ name, value, word }) => {
    const actual = attribute(name);
    if (actual === undefined) return false;
    return value === null || (word ? actual.split(/\s+/).includes(value) : actual === value);
  });
}
