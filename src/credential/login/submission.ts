/** A form of the page at hand to the request that it makes (HTML standard, "form submission algorithm"). */

import { parseHtmlSelector } from '../../http/html-selector.ts';
import { isUrl } from '../../http/url.ts';
import type { LoginStep } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import { controlsOf, type Entry, entriesOf, fillIn, formsOf, pressed, typeOf, type Unfit } from './form.ts';
import { encodeForm, encodeText, urlencode } from './form-encoding.ts';
import { attribute, type Element, type HtmlPage, select } from './html-page.ts';
import type { LoginDoors } from './login.ts';
import { formName } from './login-page.ts';
import type { Visit, Visitor } from './visit.ts';

export interface Submission {
  readonly visit: Visit;
  /** A field of the step is a secret. */
  readonly secret: boolean;
  /** A password input was filled in. */
  readonly asksPassword: boolean;
  readonly form: Element | null;
}
type Submit = NonNullable<LoginStep['submit']>;

export function submission(
  submit: Submit,
  page: HtmlPage | null,
  visitor: Visitor,
  doors: LoginDoors,
): Submission | Unfit {
  if (!page) return { problem: 'there is no page with a form' };
  const form = chooseForm(submit, page);
  if ('problem' in form) return form;
  const which = `the form ${formName(form)}`;
  const all = controlsOf(page, form);
  const button = pressed(all, submit.button);
  if (button && 'problem' in button) return { problem: `${which}: ${button.problem}` };
  const secrets = Object.entries(submit.fields).map(([name, value]): [string, Value] => [
    name,
    value instanceof Secret ? learn(name, value, doors) : value,
  ]);
  const filled = fillIn(all, Object.fromEntries(secrets), (value) =>
    value instanceof Secret ? value.reveal() : value,
  );
  if ('problem' in filled) return { problem: `${which}: ${filled.problem}` };
  const entries = entriesOf(all, filled, button).map((entry) => known(entry, doors));
  const secret = secrets.some(([, value]) => value instanceof Secret);
  const visit = requestOf(page, form, button, entries, doors);
  if ('problem' in visit) return { problem: `${which} ${visit.problem}` };
  const problem = unsafe(visit.url, page.url, secret, visitor);
  if (problem)
    return { problem: `${which} goes to ${visit.url.origin}, which ${problem}: nothing was sent there` };
  const asksPassword = [...filled.keys()].some((each) => typeOf(each) === 'password');
  return { visit, secret, asksPassword, form };
}

function chooseForm({ form: wanted, fields }: Submit, page: HtmlPage): Element | Unfit {
  const forms = formsOf(page);
  if (wanted !== null) {
    const selector = parseHtmlSelector(wanted);
    if ('error' in selector) return { problem: `the selector "${wanted}": ${selector.error}` };
    const found = select(page, selector).find(({ tagName }) => tagName === 'form');
    return found ?? { problem: `the page has no form "${wanted}"` };
  }
  const [only, ...others] = forms;
  if (!only) return { problem: 'the page has no form' };
  if (others.length === 0) return only;
  // A search box or a choice of language beside the login leaves no doubt.
  const fitting = forms.filter((form) => {
    const names = new Set(controlsOf(page, form).map((each) => attribute(each, 'name')));
    const asked = Object.keys(fields);
    return asked.length > 0 && asked.every((name) => names.has(name));
  });
  if (fitting.length === 1 && fitting[0]) return fitting[0];
  return {
    problem: `the page has ${forms.length} forms, and the step names none (form:)`,
  };
}

/** The redactor must know it as it stands in a form as well: there more characters are escaped than in a URL. */
function learn(name: string, value: Value, { ledger }: LoginDoors): Secret {
  const secret = ledger.secret(name, value);
  ledger.secret(name, secret.map(encodeText));
  return secret;
}

const grave = /token|csrf|xsrf|code|saml|assertion|ticket|session|state|secret/i;

/** Values of the page that look like a token of some kind are nobody else's business either. */
function known(entry: Entry, doors: LoginDoors): Entry {
  const { name, value } = entry;
  if (value instanceof Secret || value.length < 16 || !grave.test(name)) return entry;
  return { ...entry, value: learn(`form ${name}`, value, doors) };
}

function requestOf(
  page: HtmlPage,
  form: Element,
  button: Element | null,
  entries: readonly Entry[],
  { boundary }: LoginDoors,
): Visit | Unfit {
  const of = (name: string): string | null =>
    (button && attribute(button, `form${name}`)) ?? attribute(form, name);
  const action = (of('action') ?? '').trim();
  if (action !== '' && !isUrl(action, page.base.href))
    return { problem: `has the action "${action}", which is no URL` };
  const url = action === '' ? new URL(page.url) : new URL(action, page.base.href);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `has the action "${url.protocol}", which only a browser with scripts can follow` };
  }
  const method = of('method')?.toLowerCase();
  if (method === 'dialog') return { problem: 'has the method dialog, which sends nothing' };
  const from = page.url;
  if (method !== 'post') {
    const query = urlencode(entries);
    // The address is recorded as text: what is secret in it is known to the redactor.
    url.search = query instanceof Secret ? query.reveal() : query;
    return { role: 'login', method: 'GET', url, body: null, from };
  }
  const { type, body } = encodeForm((of('enctype') ?? '').toLowerCase(), entries, boundary());
  return { role: 'login', method: 'POST', url, body: { type, value: body }, from };
}

/** The redirect_uri is no place for a form of ours; a password never leaves https. */
function unsafe(url: URL, page: URL, secret: boolean, { refuses, ends }: Visitor): string | null {
  if (ends(url)) return 'is the redirect_uri: it is never called';
  if (secret && page.protocol === 'https:' && url.protocol === 'http:')
    return 'is plain http, while its page is https';
  return refuses(url);
}
