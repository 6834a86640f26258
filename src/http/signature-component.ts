/** Component identifiers of a request (RFC 9421 section 2). */

/** Section 2.2; `@status` is of answers, `@signature-params` is never listed. */
const derived = [
  '@method',
  '@target-uri',
  '@authority',
  '@scheme',
  '@request-target',
  '@path',
  '@query',
  '@query-param',
];
const fieldName = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Why it is no component of a request, the end of a sentence; null: it is one. */
export function componentFault(component: string): string | null {
  const [name = '', ...parameters] = component.split(';');
  const lower = name.toLowerCase();
  if (lower.startsWith('@')) {
    if (!derived.includes(lower)) return `is no component of a request; those are ${derived.join(', ')}`;
    if (lower !== '@query-param') return parameters.length === 0 ? null : 'takes no parameter';
    const named =
      parameters.length === 1 && /^name="[\x20-\x21\x23-\x5b\x5d-\x7e]+"$/.test(parameters[0] ?? '');
    return named ? null : 'needs the name of a parameter: @query-param;name="NAME"';
  }
  if (!fieldName.test(name)) return 'is no name of a header field';
  if (lower === 'signature' || lower === 'signature-input') return 'is what the signature itself is put into';
  const bad = parameters.find((each) => !/^(?:sf|bs|key="[\x20-\x21\x23-\x5b\x5d-\x7e]+")$/.test(each));
  if (bad !== undefined)
    return `has the parameter "${bad}"; a field of a request takes sf, bs and key="NAME"`;
  const strict = parameters.some((each) => each !== 'bs');
  return strict && parameters.includes('bs') ? 'has bs beside sf or key, which exclude each other' : null;
}
