/** What these cases have in common: an environment with an echo endpoint, and keys in headers. */
import type { Credentials, Fault } from '../servers/fault.ts';

/** Answers JSON with what came to the application. */
export const withEcho = (path = '/debug/headers'): Pick<Fault, 'environment'> => ({
  environment: () => ({ echo: path }),
});

export const uniform: Fault['steps'] = [{ GET: '/uniform/orders' }];
export const orders: Fault['steps'] = [{ GET: '/orders' }];

export const expired: Pick<Fault, 'secrets'> = {
  secrets: async ({ app }, healed) => ({ READER_TOKEN: await app.token(healed ? {} : { lifetime: -300 }) }),
};

/** A key in a header; wrong until it is healed, or right from the start. */
export function keyed(
  name: string,
  route: 'keyed' | 'told',
  wrong = false,
): Pick<Fault, 'steps' | 'credential' | 'credentials' | 'fields' | 'secrets'> {
  const credentials: Credentials = {
    gateway: { type: 'api_key', in: 'header', name, value: '${secret.GATEWAY_KEY}' },
  };
  return {
    steps: [{ GET: `/${route}/orders` }],
    credential: 'gateway',
    credentials,
    fields: [name.toLowerCase()],
    secrets: async ({ app }, healed) => ({
      GATEWAY_KEY: wrong && !healed ? 'a-key-that-is-of-another-stage' : app.apiKey,
    }),
  };
}

const roles = Array.from({ length: 150 }, (_, index) => `orders-department-${index}`);
/** About 4 kB. */
export const large: Pick<Fault, 'secrets'> = {
  secrets: async ({ app }) => ({ READER_TOKEN: await app.token({ claims: { roles } }) }),
};

export const notTold = [
  'token-revoked',
  'token-unknown',
  'audience-mismatch',
  'issuer-mismatch',
  'token-invalid-unspecified',
] as const;
