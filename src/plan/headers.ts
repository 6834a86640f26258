/** Header fields of a step: names, values, and that each has one source. */
import type { JsonMap, RequestStep } from '../model.ts';
import type { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';
import { checkSendable } from './field-name.ts';
import { mapAt } from './maps.ts';
import type { NameContext } from './names.ts';

/** Fields that RFC 9110 allows once. */
const once = new Set(['authorization', 'host', 'content-length', 'content-type']);

export function checkHeaders(
  step: RequestStep,
  written: JsonMap,
  context: NameContext,
  problems: Problems,
): void {
  const headers = mapAt(written, 'headers');
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(step.headers)) {
    const lower = name.toLowerCase();
    const source = sourceOf(headers, name, 'key') ?? sourceOf(step.headers, name, 'key');
    if (Array.isArray(value) && once.has(lower)) {
      problems.add('HEADER_REPEATED', `${name} may stand once in a request (RFC 9110).`, {
        source,
        fix: 'Write one value.',
      });
    }
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name))
      problems.add('HEADER_NAME_INVALID', `"${name}" is no field name.`, {
        source,
        fix: "Letters, digits and !#$%&'*+-.^_`|~ are allowed (RFC 9110 section 5.1).",
      });
    if (lower === 'host' && !step.target.startsWith('http:')) {
      problems.add('HOST_OVERRIDDEN', 'A Host header would change SNI and the certificate check too.', {
        source,
        fix: 'Use connect_to to reach another machine under the same name.',
      });
    }
    if (typeof value === 'string' && /[\r\n\0]/.test(value))
      problems.add('HEADER_VALUE_INVALID', `The value of ${name} holds a line break.`, {
        source: sourceOf(headers, name),
        fix: 'Remove it: a header is one line (RFC 9110 section 5.5).',
      });
    checkSendable(name, value, sourceOf(headers, name), problems);
    seen.set(lower, name);
  }
  checkSources(step, written, seen, context, problems);
}

/** Two sources for one header are an error, never a silent merge. */
function checkSources(
  step: RequestStep,
  written: JsonMap,
  seen: Map<string, string>,
  context: NameContext,
  problems: Problems,
): void {
  const { environment } = context.planned;
  const origin = new Map<string, string>(
    environment.headers.map(([name]) => [name.toLowerCase(), `environments.${environment.name}.headers`]),
  );
  for (const name of seen.keys()) origin.set(name, 'headers:');
  for (const { name } of step.credentials) {
    const map = context.credentials.get(name);
    if (!map) continue;
    for (const header of headersOf(map)) {
      const other = origin.get(header);
      if (other !== undefined) {
        problems.add(
          'HEADER_TWICE',
          `The header "${header}" would come from ${other} and from the credential "${name}".`,
          {
            source:
              sourceOf(written, 'credential') ??
              sourceOf(mapAt(written, 'headers'), seen.get(header) ?? '', 'key') ??
              sourceOf(written),
            fix: 'Keep one of them; "credential: none" sends no credential.',
          },
        );
      }
      origin.set(header, `the credential "${name}"`);
    }
  }
}

/** The fields that a credential sets, without those that another source could set too. */
function headersOf(map: JsonMap): string[] {
  switch (map['type']) {
    case 'api_key':
      return map['in'] === undefined || map['in'] === 'header' ? [String(map['name']).toLowerCase()] : [];
    case 'hmac': {
      const names = [String(map['header']), ...Object.keys(mapAt(map, 'headers'))];
      // One that is written twice is told where it is written.
      return [...new Set(names.map((name) => name.toLowerCase()))];
    }
    case 'aws_sigv4':
      return ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];
    case 'http_signature':
      return ['signature', 'signature-input'];
    case 'session':
      return [];
    default:
      return ['authorization'];
  }
}
