import { parseHtmlSelector } from '../http/html-selector.ts';
import type { CaptureSpec } from '../model.ts';
import { findElement } from './html.ts';
import { type Outcome, resolveUrl } from './outcome.ts';

const urlAttributes: ReadonlySet<string> = new Set(['action', 'href', 'src', 'formaction']);

/** An attribute of the first element that the selector finds; its value (`value`, or text of a textarea) by default. */
export function selectHtml(
  spec: Extract<CaptureSpec, { html: string }>,
  outcome: Outcome,
): { value: string; field: string | null } | { missing: string } {
  const selector = parseHtmlSelector(spec.html);
  if ('error' in selector) return { missing: selector.error };
  const element = findElement(outcome.bodyText(), selector);
  if (!element) return { missing: 'no element was found' };
  const field = element.attributes.get('name') ?? null;
  if (spec.attribute === undefined) {
    const value = element.attributes.get('value') ?? element.text;
    return value === null
      ? { missing: `<${element.tag}> has no value: name an attribute` }
      : { value, field };
  }
  const name = spec.attribute.toLowerCase();
  const value =
    element.attributes.get(name) ?? (element.tag === 'form' && name === 'action' ? '' : undefined);
  if (value === undefined) return { missing: `<${element.tag}> has no "${spec.attribute}"` };
  return {
    value: urlAttributes.has(name) ? resolveUrl(value.trim(), outcome.exchange.hops.at(-1)) : value,
    field,
  };
}
