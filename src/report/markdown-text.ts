/** Text in Markdown (GitHub Flavored). */
import { visible } from './text.ts';

/** Text of others as Markdown that says nothing but that text: no HTML, no link, no cell of a table. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]()#+!|~@$]|:(?=\/\/)|(?<=www)\./gi, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
