/** Signers whose fields are made wrong on purpose. */
import type { Credential, Field } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import type { Signer, UnsignedRequest } from '../signer.ts';
import { replaceAt } from './token.ts';

/** What `change` makes of the fields that the sound one signs. */
export function changing(signer: Signer, change: (fields: readonly Field[]) => readonly Field[]): Signer {
  return { ...signer, sign: async (request) => change(await signer.sign(request)) };
}

/** The scheme of an Authorization field without what follows it; other fields are empty. */
export function withoutValue(fields: readonly Field[]): Field[] {
  return fields.map(([name, value]) => {
    const [scheme = ''] = reveal(value).split(' ', 1);
    return [name, name.toLowerCase() === 'authorization' ? scheme : ''];
  });
}

/** Where the signature stands in the field that carries it: the first group. */
const signatures: Partial<Record<Credential['type'], RegExp>> = {
  digest: /response="?([0-9a-f]{16,})/i,
  aws_sigv4: /Signature=([0-9a-f]{16,})/i,
  http_signature: /=:([A-Za-z0-9+/]{16,}={0,2}):/,
  hmac: /([A-Za-z0-9+/_-]{20,}={0,2})(?!.*[A-Za-z0-9+/_-]{20,})/,
};

/** The first character of the signature is another one, and the whole is learnt. Fields without a signature stay. */
export function tamperedFields(
  type: Credential['type'],
  fields: readonly Field[],
  learn: (signature: string) => void,
): Field[] {
  const pattern = signatures[type];
  return fields.map(([name, value]): Field => {
    const text = reveal(value);
    const found = pattern && isCarrier(type, name) ? pattern.exec(text) : null;
    if (!found) return [name, value];
    const signature = found[1] ?? '';
    const at = found.index + found[0].indexOf(signature);
    const changed = replaceAt(text, at);
    learn(changed.slice(at, at + signature.length));
    return [name, value instanceof Secret ? new Secret(changed, value.shown) : changed];
  });
}

function isCarrier(type: Credential['type'], name: string): boolean {
  return type !== 'http_signature' || name.toLowerCase() === 'signature';
}

/** Signs for another address of the same origin: `htu` is not that of the request (RFC 9449 section 4.3). */
export function elsewhere(signer: Signer): Signer {
  return {
    ...signer,
    sign: (request) => signer.sign({ ...request, url: new URL('/why401-another-address', request.url) }),
  };
}

/** Signs as ever until `freeze`; from then on each request carries what it carried before. */
export function replaying(signer: Signer): { readonly signer: Signer; readonly freeze: () => void } {
  const made = new Map<string, readonly Field[]>();
  const keyOf = ({ method, url }: UnsignedRequest): string => `${method} ${url.href}`;
  let frozen = false;
  return {
    freeze: () => {
      frozen = true;
    },
    signer: {
      ...signer,
      async sign(request) {
        const before = made.get(keyOf(request));
        if (frozen && before) return before;
        const fields = await signer.sign(request);
        made.set(keyOf(request), fields);
        return fields;
      },
      challenged: (hop) => !frozen && signer.challenged(hop),
    },
  };
}

function reveal(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}
