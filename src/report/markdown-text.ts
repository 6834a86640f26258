/** Text in Markdown (GitHub Flavored). */
import { visible } from './text.ts';

/**
 * Text of others as Markdown that says nothing but that text: no HTML, no link, no cell of a table, no block of its own
 * where it begins a line. GitHub finds mentions and addresses after escapes are read, so a comment parts them.
 */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .trim()
    .replace(/[\\`*_{}[\]()#+!|~$]|:(?=\/\/)|(?<=www)\.|^[-=](?=[\s=-]|$)|(?<=^\d{1,9})[.]/gi, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@<!-- -->');
}
