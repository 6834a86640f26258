/** Bodies of submitted forms (HTML standard, "form submission"), always in UTF-8. */
import { Secret, type Value } from '../../secret.ts';
import type { Entry } from './form.ts';

export interface Encoded {
  readonly type: string;
  readonly body: Value;
}

/** `boundary`: of multipart/form-data. */
export function encodeForm(enctype: string, entries: readonly Entry[], boundary: string): Encoded {
  if (enctype === 'multipart/form-data') {
    return { type: `${enctype}; boundary=${boundary}`, body: multipart(entries, boundary) };
  }
  if (enctype === 'text/plain') {
    const parts = entries.flatMap(({ name, value }) => [
      `${newlines(name)}=`,
      changed(value, newlines),
      '\r\n',
    ]);
    return { type: enctype, body: Secret.join(parts) };
  }
  return { type: 'application/x-www-form-urlencoded', body: urlencode(entries) };
}

/** application/x-www-form-urlencoded, as a body or a query. */
export function urlencode(entries: readonly Entry[]): Value {
  const parts = entries.flatMap(({ name, value }, index): Value[] => [
    `${index === 0 ? '' : '&'}${percent(newlines(name))}=`,
    changed(value, encodeText),
  ]);
  return Secret.join(parts);
}

function multipart(entries: readonly Entry[], boundary: string): Value {
  const parts = entries.flatMap(({ name, value, file }): Value[] => {
    const escaped = newlines(name).replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped}"`;
    if (file) return [`${head}; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n`];
    return [`${head}\r\n\r\n`, changed(value, newlines), '\r\n'];
  });
  return Secret.join([...parts, `--${boundary}--\r\n`]);
}

/** A change that a secret's shown form does not need. */
function changed(value: Value, change: (text: string) => string): Value {
  return value instanceof Secret ? value.map(change) : change(value);
}

function newlines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n');
}

/** One value of application/x-www-form-urlencoded. */
export function encodeText(text: string): string {
  return percent(newlines(text));
}

function percent(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
