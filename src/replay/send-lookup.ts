/** Names to addresses, without those that no redirect may lead to. */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isLinkLocalOrMetadata } from '../http/origin.ts';
import { WireError } from './failure.ts';

/** Refuses a name as soon as one of its addresses is link-local or a metadata service: which one is taken is chance. */
export function guarded(lookup: LookupFunction = systemLookup as LookupFunction): LookupFunction {
  return (host, options, callback) =>
    lookup(host, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      if (error === null && addresses.some(isLinkLocalOrMetadata))
        callback(new WireError('METADATA_ADDRESS'), typeof found === 'string' ? '' : [], family);
      else callback(error, found, family);
    });
}
