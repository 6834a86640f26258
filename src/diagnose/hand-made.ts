/** What a step itself wrote that may be a credential: why401.yml knows nothing of it. */
import { isUrl } from '../http/url.ts';
import type { Hop } from '../model.ts';

const credentialName =
  /^(?:proxy-)?authorization$|^cookie$|(?:^|[-_])(?:api-?key|key|token|auth|secret|signature|session|credential|password)s?(?:$|[-_])/i;

/** A field or parameter by its name, a secret anywhere. */
export function isHandMade({ request }: Hop): boolean {
  const { headers, url, body } = request;
  const query = isUrl(url) ? [...new URL(url).searchParams.keys()] : [];
  const shown = [url, body?.excerpt ?? '', ...headers.map(([, value]) => value)];
  return (
    [...headers.map(([name]) => name), ...query].some((name) => credentialName.test(name)) ||
    shown.some((text) => /\[secret:|%5Bsecret:/i.test(text))
  );
}
