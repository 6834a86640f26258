/** Names to addresses, without those at which nobody is to be asked; decided on the address that is connected to. */
import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { addressOf, mapAddress } from '../http/address.ts';
import { isLinkLocalOrMetadata, type Zone, zoneOf } from '../http/origin.ts';
import type { Transport } from '../model.ts';
import { WireError } from './failure.ts';

type Addresses = readonly { readonly address: string; readonly family: number }[];

/** The gravest first. */
const zones: readonly Zone[] = ['link-local', 'loopback', 'private'];
const codes: Readonly<Record<Zone, string>> = {
  'link-local': 'METADATA_ADDRESS',
  loopback: 'LOOPBACK_ADDRESS',
  private: 'PRIVATE_ADDRESS',
};

/** The system's way, or that of a test. */
export const system = systemLookup as LookupFunction;

/**
 * Refuses a name as soon as one of its addresses is link-local or a metadata service, whoever named it: which one is
 * taken is chance. Whoever means such an address writes it down.
 */
export function guarded(lookup: LookupFunction): LookupFunction {
  return (host, options, callback) =>
    lookup(host, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
      const bad = error === null ? addresses.find(isLinkLocalOrMetadata) : undefined;
      if (bad !== undefined && !isLinkLocalOrMetadata(host))
        callback(new WireError('METADATA_ADDRESS', bad), typeof found === 'string' ? '' : [], family);
      else callback(error, found, family);
    });
}

/**
 * For a target that an answer named: its addresses, each in no inner network but those of the environment itself. The
 * lookup gives them without asking again, so that a second answer of a name server changes nothing.
 */
export async function admit(
  url: URL,
  transport: Transport,
  lookup: LookupFunction,
  homes: (transport: Transport) => Promise<ReadonlySet<Zone>>,
): Promise<LookupFunction | null> {
  const { host } = addressOf(url);
  // What the project file maps is meant.
  if (mapAddress(addressOf(url), transport.connectTo).host !== host) return null;
  const literal = zoneOf(host);
  // Behind a proxy names are none of our business.
  const resolves = isIP(host) === 0 && literal === null && transport.proxy === null;
  const found: Addresses = resolves ? await resolve(host, lookup) : [{ address: host, family: isIP(host) }];
  const inner = found.map(({ address }) => ({ address, zone: zoneOf(address) }));
  for (const zone of zones) {
    const bad = inner.find((each) => each.zone === zone);
    if (bad && (zone === 'link-local' || !(await homes(transport)).has(zone)))
      throw new WireError(codes[zone], bad.address);
  }
  return resolves ? pinned(found) : null;
}

/** The inner networks in which the origins and issuers of the environment are. A name that does not resolve is nowhere: `missed`. */
export async function homesOf(
  { home = new Set(), connectTo }: Transport,
  lookup: LookupFunction,
  missed: () => void,
): Promise<ReadonlySet<Zone>> {
  const hosts = new Set([...home].map((origin) => mapAddress(addressOf(new URL(origin)), connectTo).host));
  const zones = await Promise.all(
    [...hosts].map(async (host) => {
      const zone = zoneOf(host);
      if (zone !== null || isIP(host) !== 0) return [zone];
      const found = await resolve(host, lookup).catch((): Addresses => {
        missed();
        return [];
      });
      return found.map(({ address }) => zoneOf(address));
    }),
  );
  return new Set(zones.flat().filter((zone) => zone !== null));
}

function resolve(host: string, lookup: LookupFunction): Promise<Addresses> {
  return new Promise((done, fail) => {
    lookup(host, { all: true }, (error, found, family) => {
      if (error) fail(error);
      else done(typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : found);
    });
  });
}

function pinned(found: Addresses): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = found;
    if (all) callback(null, [...found]);
    else callback(null, first?.address ?? '', first?.family);
  };
}
