/** Causes about the body of an answer. */
import { headerValue, type Subject } from '../subject.ts';
import { answered, type Explain, type Explanations } from './explanation.ts';
import { short } from './words.ts';

export const body: Explanations = {
  'body-truncated': truncated,
  'body-encoding-wrong': encoding,
  'body-not-json': notJson,
  'body-empty': empty,
};

function field(subject: Subject, name: string): string | null {
  return subject.response ? headerValue(subject.response, name) : null;
}

/** `https://api.example.test answered 200`: a body is shown by its own means. */
function status(subject: Subject): string {
  return answered(subject).replace(/ \(.*\)$/s, '');
}

function truncated(subject: Subject): ReturnType<Explain> {
  const announced = field(subject, 'content-length');
  const bytes = subject.response?.body.bytes ?? null;
  const error = subject.response?.body.decodeError ?? null;
  const seen = [
    ...(announced === null ? [] : [`${announced} bytes were announced`]),
    ...(bytes === null ? [] : [`${bytes} came`]),
    ...(error === null ? [] : [error.replace(/\.$/, '')]),
  ];
  return {
    summary: `${status(subject)}, and the body ended early${seen.length === 0 ? '' : ` (${seen.join(', ')})`}.`,
  };
}

function encoding(subject: Subject): ReturnType<Explain> {
  const error = subject.response?.body.decodeError ?? null;
  return {
    summary: `${status(subject)} with Content-Encoding ${field(subject, 'content-encoding') ?? 'absent'}, and the body does not decode so${error === null ? '' : `: ${error.replace(/\.$/, '')}`}.`,
  };
}

function notJson(subject: Subject): ReturnType<Explain> {
  const type = field(subject, 'content-type');
  const start = short(firstWords(subject.text));
  const issuer = subject.client?.issuer;
  if (subject.failing.role === 'metadata' && issuer)
    return {
      summary: `${status(subject)} with ${type === null ? 'no Content-Type' : `Content-Type ${type}`} where its metadata should be, and the body is no JSON: no token was asked for.`,
      fix: `Correct environments.${subject.environment.name}.issuers.${issuer.name}, whose metadata were looked for at ${subject.hop.request.url}; or state them there under metadata.`,
      fixSource: issuer.source,
      references: ['RFC 8414 section 3'],
    };
  return {
    summary: `${status(subject)} with ${type === null ? 'no Content-Type' : `Content-Type ${type}`}, and the body is no JSON${start === null ? '' : `; it begins with ${JSON.stringify(start)}`}.`,
  };
}

function empty(subject: Subject): ReturnType<Explain> {
  const type = field(subject, 'content-type');
  return {
    summary: `${status(subject)}${type === null ? '' : ` with Content-Type ${type}`}, and the body is empty.`,
    fixSource: subject.step.source,
  };
}

/** Whole words only: what a redactor does not know whole it cannot take out. */
function firstWords(text: string): string {
  const words = text.trim().split(/\s+/).slice(0, 6);
  const long = words.findIndex((word) => word.length > 30);
  return words.slice(0, long < 0 ? words.length : long).join(' ');
}
