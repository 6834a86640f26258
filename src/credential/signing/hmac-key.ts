/** The bytes of a shared key, of which messages quote nothing. */
import type { HmacCredential } from '../../model.ts';

export function hmacKey(
  text: string,
  encoding: HmacCredential['key_encoding'],
): { readonly bytes: Uint8Array } | { readonly fault: string } {
  if (text === '') return { fault: 'is empty' };
  if (encoding === 'utf8') return { bytes: Buffer.from(text, 'utf8') };
  const trimmed = text.trim();
  const fits = encoding === 'hex' ? /^(?:[0-9A-Fa-f]{2})+$/ : /^[A-Za-z0-9+/_-]+={0,2}$/;
  if (!fits.test(trimmed) || (encoding === 'base64' && trimmed.replace(/=+$/, '').length % 4 === 1)) {
    return { fault: `is not ${encoding}, which key_encoding says it is` };
  }
  return { bytes: Buffer.from(trimmed, encoding) };
}
