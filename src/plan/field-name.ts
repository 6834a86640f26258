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
  'keep-alive',
  'proxy-connection',
  'expect',
]);
/** What sends refuses these, or drops them in silence. */
const unsendable = new Set(['transfer-encoding', 'upgrade', 'keep-alive', 'expect']);

/** A step or an environment may state a Connection as long as it lists no field; no proxy would pass that on. */
export function checkSendable(name: string, value: unknown, source: Source | null, problems: Problems): void {
  const lower = name.toLowerCase();
  if (unsendable.has(lower)) {
    problems.add('HEADER_NAME_INVALID', `"${name}" is set by what sends the request.`, {
      source,
      fix: 'Remove it.',
    });
  } else if (lower === 'connection' && !/^\s*(?:close|keep-alive)\s*$/i.test(String(value))) {
    problems.add(
      'HEADER_VALUE_INVALID',
      'Connection is set by what sends the request: a list of fields in it is not sent.',
      {
        source,
        fix: 'Write close or keep-alive, or remove it (RFC 9110 section 7.6.1).',
      },
    );
  }
}

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
