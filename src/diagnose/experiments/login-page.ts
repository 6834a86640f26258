/** Login pages in the place of an answer: a redirect to one, or one that comes with 200. */
import type { Response } from '../../model.ts';
import { headerValue } from '../subject.ts';

const loginPath = /\/(?:log-?in|sign-?in|authorize|oauth2?|sso|saml2?|auth|session\/new|account\/login)\b/i;

export function isLoginRedirect(response: Response): boolean {
  const location = headerValue(response, 'location');
  return response.status >= 300 && response.status < 400 && location !== null && loginPath.test(location);
}

/** HTML with a field for a password, or a form that goes to a login. */
export function isLoginPage(response: Response): boolean {
  if (!isHtml(response)) return false;
  const text = Buffer.from(response.body.content.subarray(0, 65_536)).toString('utf8');
  return (
    /<input\b[^>]{0,300}\btype\s{0,9}=\s{0,9}["']?password/i.test(text) ||
    /<form\b[^>]{0,300}\baction\s{0,9}=\s{0,9}["'][^"']{0,300}\/(?:log-?in|sign-?in)\b/i.test(text)
  );
}

/** By its type; without one, and under the name of JSON, by how it begins. */
export function isHtml(response: Response): boolean {
  const type = headerValue(response, 'content-type') ?? '';
  if (/^(?:text\/html|application\/xhtml)/i.test(type)) return true;
  const start = Buffer.from(response.body.content.subarray(0, 200)).toString('utf8');
  return type === '' ? /^\s*<[a-z!]/i.test(start) : /^\s*<(?:!doctype html|html)\b/i.test(start);
}
