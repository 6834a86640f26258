/** What messages say of the pages of a login. */

import { parseJson } from '../../http/json.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Response } from '../../model.ts';
import type { Redactor } from '../../secret.ts';
import { isMap } from '../../source.ts';
import { finalResponse, quoted } from '../answer.ts';
import { controlsOf, formsOf, isButton, typeOf } from './form.ts';
import { attribute, type Element, type HtmlPage, has, rawText, textOf, titleOf } from './html-page.ts';
import type { Submission } from './submission.ts';
import type { Arrival } from './visit.ts';

/** `#login`, `[name=login]`, or `to /session`. */
export function formName(form: Element): string {
  const id = attribute(form, 'id');
  if (id) return `"#${id}"`;
  const name = attribute(form, 'name');
  if (name) return `"form[name=${name}]"`;
  const action = (attribute(form, 'action') ?? '').replace(/^https?:\/\/[^/]*|[?#].*$/gs, '');
  return `to "${action}"`;
}

/** The forms of a page, with what can be filled in. */
function describeForms(page: HtmlPage): string {
  const forms = formsOf(page).map((form) => {
    const inputs = controlsOf(page, form).filter((each) => !isButton(each) && typeOf(each) !== 'hidden');
    const names = [...new Set(inputs.map((each) => attribute(each, 'name')).filter((name) => name))];
    return `${formName(form)} (${listed(names) || 'no inputs'})`;
  });
  if (forms.length > 0) return `it offers ${listed(forms)}`;
  return page.unread === null ? 'it has no forms' : 'no form was found in it';
}

/** Forms of a page, or inputs of a form, that are named. */
const mostListed = 20;

function listed(names: readonly (string | null)[]): string {
  const more = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Address, status, title and forms of where the login stands. */
export function describePage({ url, page, exchange }: Arrival): string {
  const status = exchange.hops.at(-1)?.response?.status ?? 'nothing';
  const where = `${url.origin}${url.pathname} (${status}`;
  if (!page) return `It stands at ${where}, no HTML page).`;
  const title = titleOf(page).replace(/^(.{100}).+/s, '$1…');
  const script = submitsItself(page) ? ' Its form is submitted by a script: add a step "submit: {}".' : '';
  const unread = page.unread === null ? '' : ` ${page.unread}`;
  return `It stands at ${where}${title ? `, "${title}"` : ''}): ${describeForms(page)}.${unread}${script}`;
}

/** One form without anything to fill in, and a script that submits it (OAuth 2.0 Form Post Response Mode, SAML POST). */
export function submitsItself(page: HtmlPage): boolean {
  const forms = formsOf(page);
  const [form] = forms;
  if (!form || forms.length > 1) return false;
  const inputs = controlsOf(page, form).filter((each) => !isButton(each) && typeOf(each) !== 'hidden');
  if (inputs.length > 0) return false;
  return page.elements.some(
    (each) =>
      /\bsubmit\s*\(/.test(attribute(each, 'onload') ?? '') ||
      (each.tagName === 'script' && (has(each, 'src') || /\bsubmit\s*\(/.test(rawText(each)))),
  );
}

/** A form that a script would submit, or one at a login server to which the application has led: a consent, say. */
export function isUnfinished(
  { page, url }: Arrival,
  exchanges: readonly Exchange[],
  { origins }: Environment,
): boolean {
  if (!page) return false;
  const own = new Set(origins.values());
  const first = exchanges[0]?.hops[0]?.request.url ?? '';
  const away = isUrl(first) && own.has(new URL(first).origin) && !own.has(url.origin);
  return submitsItself(page) || (away && formsOf(page).length > 0);
}

/** How the server said no to what was submitted; null where it went on. */
export function refusalOf(
  sent: Submission,
  before: Arrival | null,
  after: Arrival,
  redactor: Redactor,
): string | null {
  const status = after.exchange.hops.at(-1)?.response?.status ?? 0;
  const where = `${after.url.origin}${after.url.pathname}`;
  const says = after.page ? told(complaintOf(after.page), redactor) : '';
  const again =
    sent.asksPassword && before?.page && after.page && hasFormAgain(sent, before.page, after.page);
  if (status === 401 || status === 403) {
    return `${where} answered ${status}${again ? ' with the form again' : ''}.${says}`;
  }
  return again ? `${where} shows the form again.${says}` : null;
}

function hasFormAgain({ form }: Submission, before: HtmlPage, after: HtmlPage): boolean {
  if (!form) return false;
  const shape = (page: HtmlPage, each: Element): string =>
    controlsOf(page, each)
      .filter((control) => !isButton(control) && typeOf(control) !== 'hidden')
      .map((control) => `${typeOf(control)} ${attribute(control, 'name')}`)
      .join('\n');
  const wanted = shape(before, form);
  return formsOf(after).some((each) => shape(after, each) === wanted);
}

/** ` It says ...`, of an error page: what it marks as the error, else its text where that is short; or of an error as JSON. */
export function wordsOf({ page, exchange }: Arrival, redactor: Redactor): string {
  const response = finalResponse(exchange);
  if (!page) return response ? told(errorIn(response), redactor) : '';
  const body = page.elements.find(({ tagName }) => tagName === 'body');
  const text = body ? textOf(body) : '';
  return told(complaintOf(page) || (text.length <= 200 ? text : ''), redactor);
}

/** `error: error_description` of a JSON answer (RFC 6749 section 5.2). */
function errorIn({ body }: Response): string {
  const parsed = parseJson(new TextDecoder().decode(body.content));
  if ('error' in parsed || !isMap(parsed.value)) return '';
  const { error, error_description } = parsed.value;
  return [error, error_description].filter((part) => typeof part === 'string').join(': ');
}

function told(words: string, redactor: Redactor): string {
  return words === '' ? '' : ` It says ${quoted(words.replace(/\.$/, ''), redactor)}.`;
}

/** Text of the first element that is marked as an error. */
function complaintOf(page: HtmlPage): string {
  for (const element of page.elements) {
    const marked =
      attribute(element, 'role') === 'alert' ||
      /(?:^|[\s_-])(?:alert|errors?|errorlist|errornote|invalid|danger|flash(?:es)?)(?:$|[\s_-])/i.test(
        attribute(element, 'class') ?? '',
      );
    const text = marked ? textOf(element) : '';
    if (text !== '' && text.length <= 300) return text;
  }
  return '';
}
