/** The steps of a scripted login, as a credential writes them. */
import type { Json, JsonMap, LoginStep } from '../model.ts';
import type { Value } from '../secret.ts';
import { isMap, sourceOf } from '../source.ts';
import type { CredentialReader } from './credential-reader.ts';
import { mapAt, unplaced } from './maps.ts';

/** Null where the credential has no `login`. */
export function planLogin(reader: CredentialReader): LoginStep[] | null {
  const written = reader.map['login'];
  if (!Array.isArray(written)) return null;
  return written.filter((step: Json): step is JsonMap => isMap(step)).map((step) => loginStep(step, reader));
}

function loginStep(step: JsonMap, { read }: CredentialReader): LoginStep {
  const submit = step['submit'] === undefined ? null : mapAt(step, 'submit');
  const fields: Record<string, Value> = {};
  const written = submit ? mapAt(submit, 'fields') : {};
  for (const name of Object.keys(written)) {
    const value = read.text(written, name);
    if (value !== null) fields[name] = value;
  }
  const form = submit ? read.plain(submit, 'form') : null;
  const GET = read.text(step, 'GET');
  return {
    name: read.plain(step, 'name') ?? (submit ? `submit ${form ?? 'the form'}` : `GET ${String(GET ?? '')}`),
    source: sourceOf(step) ?? unplaced,
    GET,
    submit: submit && { form, fields, button: read.plain(submit, 'button') },
    when: read.plain(step, 'when'),
  };
}
