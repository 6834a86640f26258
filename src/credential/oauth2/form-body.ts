/** Requests with a form body, as oauth4webapi makes them, with what is secret in them as secrets. */
import type { Field } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';

/** Fields of a request of the library. User-Agent is the door's own; `basic` is the value behind the scheme Basic. */
export function fieldsOf(headers: Record<string, string>, basic: Secret | null): Field[] {
  const fields: Field[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'user-agent') continue;
    const shown = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    fields.push([shown, name === 'authorization' && basic ? Secret.join(['Basic ', basic]) : value]);
  }
  return fields;
}

/** A form with its secret members as secrets. */
export function formValue(form: URLSearchParams, secrets: ReadonlyMap<string, Secret>): Value {
  const parts: Value[] = [];
  for (const [name, value] of form) {
    const separator = parts.length === 0 ? '' : '&';
    parts.push(`${separator}${formEncode(name)}=`, secrets.get(name)?.map(formEncode) ?? formEncode(value));
  }
  return Secret.join(parts);
}

/** application/x-www-form-urlencoded of one value. */
export function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
