/** Names of header fields that a credential sets (RFC 9110 section 5.1). */
import type { Source } from '../model.ts';
import type { Problems } from '../problem.ts';

export const fieldName: RegExp = /^[!#$%&'*+.^_`|~\w-]+$/;
/** They are written by what sends, or end a message early. */
const framing = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
]);

/** An empty name is missing, which is told elsewhere. */
export function checkFieldName(name: string, source: Source, problems: Problems): void {
  if (name === '') return;
  if (!fieldName.test(name)) {
    problems.add('HEADER_NAME_INVALID', `"${name}" is no field name.`, {
      source,
      fix: "Letters, digits and !#$%&'*+-.^_`|~ are allowed (RFC 9110 section 5.1).",
    });
  } else if (framing.has(name.toLowerCase())) {
    problems.add('HEADER_NAME_INVALID', `"${name}" is set by what sends the request.`, {
      source,
      fix: 'Use another header.',
    });
  }
}
