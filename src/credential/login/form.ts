/** Forms: which there are, filling them in, and what they send (HTML standard, "constructing the entry list"). */
import type { Value } from '../../secret.ts';
import { ancestor, attribute, type Element, type HtmlPage, has, rawText, textOf } from './html-page.ts';

/** One name and value of a form; `file`: an empty file input. */
export interface Entry {
  readonly name: string;
  readonly value: Value;
  readonly file?: boolean;
}
export interface Unfit {
  readonly problem: string;
}

const controls: ReadonlySet<string> = new Set(['input', 'select', 'textarea', 'button']);
const buttonTypes: ReadonlySet<string> = new Set(['submit', 'image', 'button', 'reset']);

export function formsOf(page: HtmlPage): Element[] {
  return page.elements.filter(({ tagName }) => tagName === 'form');
}

/** Inputs, selects, textareas and buttons of a form, in tree order. */
export function controlsOf(page: HtmlPage, form: Element): Element[] {
  const known = owned.get(page) ?? byOwner(page);
  owned.set(page, known);
  return known.get(form) ?? [];
}

/** Looked for once a page: it may have thousands of forms. */
const owned = new WeakMap<HtmlPage, Map<Element, Element[]>>();

function byOwner(page: HtmlPage): Map<Element, Element[]> {
  const found = new Map<Element, Element[]>();
  for (const each of page.elements) {
    const form = controls.has(each.tagName) ? page.owner(each) : null;
    if (!form) continue;
    const own = found.get(form);
    if (own) own.push(each);
    else found.set(form, [each]);
  }
  return found;
}

export function typeOf(control: Element): string {
  const type = (attribute(control, 'type') ?? '').toLowerCase();
  if (control.tagName === 'button') return type === 'button' || type === 'reset' ? type : 'submit';
  return control.tagName === 'input' ? type || 'text' : control.tagName;
}

export function isButton(control: Element): boolean {
  return buttonTypes.has(typeOf(control));
}

/** By itself, or by a fieldset around it whose first legend it is not in. */
export function isDisabled(control: Element): boolean {
  if (has(control, 'disabled')) return true;
  const disabling = (fieldset: Element): boolean => {
    if (fieldset.tagName !== 'fieldset' || !has(fieldset, 'disabled')) return false;
    const legend = fieldset.childNodes.find((node) => 'tagName' in node && node.tagName === 'legend');
    return legend === undefined || ancestor(control, (each) => each === legend) === null;
  };
  return ancestor(control, disabling) !== null;
}

/** The submit button of that name, value or text, or the first that is not disabled; null: the form has none. */
export function pressed(all: readonly Element[], wanted: string | null): Element | null | Unfit {
  const buttons = all.filter((each) => ['submit', 'image'].includes(typeOf(each)));
  if (wanted === null) return buttons.find((each) => !isDisabled(each)) ?? null;
  const names = (each: Element): (string | null)[] => [
    attribute(each, 'name'),
    attribute(each, 'value'),
    textOf(each),
    attribute(each, 'id'),
  ];
  const found = buttons.find((each) => names(each).includes(wanted));
  if (found) return isDisabled(found) ? { problem: `its button "${wanted}" is disabled` } : found;
  const offered = buttons.map((each) => `"${names(each).find((name) => name) ?? 'submit'}"`);
  return { problem: `it has no button "${wanted}"; it has ${offered.join(', ') || 'none'}` };
}

/** What was filled in, by control: the value, or for what can be chosen whether it is. */
type Filled = ReadonlyMap<Element, Value | boolean>;

/** Fills `fields` in by name; says which one the form does not take. `text`: the value itself, for choices. */
export function fillIn(
  all: readonly Element[],
  fields: Readonly<Record<string, Value>>,
  text: (value: Value) => string,
): Filled | Unfit {
  const filled = new Map<Element, Value | boolean>();
  for (const [name, value] of Object.entries(fields)) {
    const named = all.filter((each) => attribute(each, 'name') === name && !isButton(each));
    const enabled = named.filter((each) => !isDisabled(each));
    const first = enabled[0];
    if (!first) return { problem: named.length > 0 ? `its "${name}" is disabled` : missing(name, all) };
    const type = typeOf(first);
    if (type === 'file') return { problem: `its "${name}" takes a file, which no login step can give` };
    if (type === 'checkbox' || type === 'radio' || type === 'select') {
      const problem = choose(enabled, name, text(value), filled);
      if (problem) return { problem };
    } else filled.set(first, value);
  }
  return filled;
}

function missing(name: string, all: readonly Element[]): string {
  const names = all.filter((each) => !isButton(each)).map((each) => attribute(each, 'name'));
  const offered = [...new Set(names)].filter((each) => each !== null && each !== '');
  return `it has no "${name}"; it has ${offered.map((each) => `"${each}"`).join(', ') || 'no inputs with a name'}`;
}

/** Checks a checkbox or radio button, or selects an option; returns what is wrong. */
function choose(
  named: readonly Element[],
  name: string,
  wanted: string,
  filled: Map<Element, Value | boolean>,
): string | null {
  const [first] = named;
  const isSelect = first?.tagName === 'select';
  const choices = isSelect && first ? optionsOf(first) : named;
  const [only, ...others] = choices;
  const single = !isSelect && others.length === 0 && only !== undefined && typeOf(only) === 'checkbox';
  const turned = single && /^(true|false|on|off)$/.test(wanted) ? /^(true|on)$/.test(wanted) : null;
  const choice = isSelect ? optionValue : (each: Element) => attribute(each, 'value') ?? 'on';
  const chosen =
    choices.find((each) => choice(each) === wanted) ??
    (isSelect ? choices.find((each) => textOf(each) === wanted) : undefined);
  if (!chosen && turned === null) {
    return `its "${name}" has no choice of that value; it has ${choices.map((each) => `"${choice(each)}"`).join(', ')}`;
  }
  for (const each of choices) {
    if (turned !== null) filled.set(each, turned);
    else if (each === chosen) filled.set(each, true);
    else if (isSelect || typeOf(each) === 'radio') filled.set(each, false);
  }
  return null;
}

export function optionsOf(select: Element): Element[] {
  const found: Element[] = [];
  const walk = (element: Element): void => {
    for (const node of element.childNodes) {
      if (!('tagName' in node)) continue;
      if (node.tagName === 'option') found.push(node);
      else walk(node);
    }
  };
  walk(select);
  return found;
}

function optionValue(option: Element): string {
  return attribute(option, 'value') ?? textOf(option);
}

/** What the form sends, in tree order. `submitter`: the button that was pressed. */
export function entriesOf(all: readonly Element[], filled: Filled, submitter: Element | null): Entry[] {
  const entries: Entry[] = [];
  const checked = radiosChecked(all, filled);
  for (const control of all) {
    const type = typeOf(control);
    const name = attribute(control, 'name') ?? '';
    if (isDisabled(control) || ancestor(control, ({ tagName }) => tagName === 'datalist')) continue;
    if (isButton(control) && control !== submitter) continue;
    if (type === 'image') {
      const prefix = name === '' ? '' : `${name}.`;
      entries.push({ name: `${prefix}x`, value: '0' }, { name: `${prefix}y`, value: '0' });
      continue;
    }
    if (name === '') continue;
    if (type === 'select') {
      for (const option of selected(control, filled)) entries.push({ name, value: optionValue(option) });
    } else if (
      type === 'checkbox' ? isChosen(control, 'checked', filled) : type === 'radio' && checked.has(control)
    ) {
      entries.push({ name, value: attribute(control, 'value') ?? 'on' });
    } else if (type === 'file') entries.push({ name, value: '', file: true });
    else if (type === 'hidden' && name.toLowerCase() === '_charset_') entries.push({ name, value: 'UTF-8' });
    else if (type !== 'checkbox' && type !== 'radio')
      entries.push({ name, value: textValue(control, filled) });
  }
  return entries;
}

function textValue(control: Element, filled: Filled): Value {
  const given = filled.get(control);
  if (given !== undefined && typeof given !== 'boolean') return given;
  if (control.tagName === 'textarea') return rawText(control);
  const value = attribute(control, 'value') ?? '';
  return typeOf(control) === 'hidden' || isButton(control) ? value : value.replace(/[\r\n]/g, '');
}

function isChosen(element: Element, by: 'checked' | 'selected', filled: Filled): boolean {
  const given = filled.get(element);
  return typeof given === 'boolean' ? given : has(element, by);
}

/** The last one of each group. */
function radiosChecked(all: readonly Element[], filled: Filled): ReadonlySet<Element> {
  const last = new Map<string | null, Element>();
  for (const each of all) {
    if (typeOf(each) === 'radio' && isChosen(each, 'checked', filled))
      last.set(attribute(each, 'name'), each);
  }
  return new Set(last.values());
}

/** Of a select for one choice: the last that is selected, else the first that can be. */
function selected(select: Element, filled: Filled): Element[] {
  const options = optionsOf(select);
  const isOff = (option: Element): boolean =>
    has(option, 'disabled') ||
    ancestor(option, (each) => each.tagName === 'optgroup' && has(each, 'disabled')) !== null;
  const chosen = options.filter((option) => isChosen(option, 'selected', filled));
  if (has(select, 'multiple')) return chosen.filter((option) => !isOff(option));
  const listed = Number(attribute(select, 'size') ?? '1') > 1;
  const shown = chosen.at(-1) ?? (listed ? undefined : options.find((option) => !isOff(option)));
  return shown && !isOff(shown) ? [shown] : [];
}
