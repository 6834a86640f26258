/** Addresses to which no connection was made, whatever listens there. */
import type { Verdict } from './failure-verdicts.ts';

const refusedAddresses: Readonly<Record<string, string>> = {
  METADATA_ADDRESS: 'a link-local address or the metadata service of a cloud',
  LOOPBACK_ADDRESS: 'this machine itself, where the environment has no origin',
  PRIVATE_ADDRESS: 'an address of a private network, in which the environment has no origin',
};

/** The message of such an error is the address. */
export function refusedAddress(code: string, { message }: Error): Verdict | null {
  const what = refusedAddresses[code];
  if (what === undefined) return null;
  return {
    cause: 'redirect-unexpected',
    phase: 'policy',
    message: ({ hostname }) => {
      const is = hostname.replace(/^\[|\]$/g, '') === message ? 'is' : `resolves to ${message},`;
      return `${hostname} ${is} ${what}: nothing was sent there`;
    },
  };
}
