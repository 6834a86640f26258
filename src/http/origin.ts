/** Origins (RFC 6454) and the hosts that need care. */

import { BlockList, isIP } from 'node:net';
import { isUrl } from './url.ts';

/**
 * `scheme://host[:port]` as the WHATWG URL standard serialises it: lower case, IDN in ASCII, default ports left out, a
 * trailing dot kept. `null` for schemes without an origin.
 */
export function originOf(url: URL | string): string {
  return (typeof url === 'string' ? new URL(url) : url).origin;
}

/** Equal scheme, host and port. Two opaque origins are never the same. */
export function sameOrigin(a: URL | string, b: URL | string): boolean {
  const origin = originOf(a);
  return origin !== 'null' && origin === originOf(b);
}

/** Networks that nobody reaches from outside. */
export type Zone = 'loopback' | 'private' | 'link-local';

const loopback = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);
const linkLocal = blockList([
  ...embedded([
    ['169.254.0.0', 16],
    // Metadata services that are not at link-local addresses.
    ['100.100.100.200', 32],
    ['168.63.129.16', 32],
    ['192.0.0.192', 32],
  ]),
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
  ['fd00:ec2::23', 128, 'ipv6'],
  ['fd20:ce::254', 128, 'ipv6'],
  ['fd00:c1::a9fe:a9fe', 128, 'ipv6'],
  ['fd00:42::42', 128, 'ipv6'],
]);
type Subnet = readonly [address: string, prefix: number];
/** What leads to this machine: besides loopback also the unspecified addresses. */
const here = blockList([...embedded([['127.0.0.0', 8]]), ['0.0.0.0', 8, 'ipv4'], ['::', 127, 'ipv6']]);
const inner = blockList([
  ...embedded([
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    // RFC 6598, RFC 6890, RFC 2544, RFC 1112: what organisations use where RFC 1918 is full.
    ['100.64.0.0', 10],
    ['192.0.0.0', 24],
    ['198.18.0.0', 15],
    ['240.0.0.0', 4],
  ]),
  // RFC 4193, RFC 3879, RFC 8215.
  ['fc00::', 7, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
]);
const metadataNames: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data.ec2.internal',
]);

/** 127.0.0.0/8, ::1 (also IPv4-mapped) and the names of RFC 6761 section 6.3. `host` as in `URL.hostname`. */
export function isLoopback(host: string): boolean {
  const name = canonicalHost(host);
  return name === 'localhost' || name.endsWith('.localhost') || contains(loopback, name);
}

/** Link-local addresses and the metadata services of clouds, which hand out credentials. `host` as in `URL.hostname`. */
export function isLinkLocalOrMetadata(host: string): boolean {
  const name = canonicalHost(host);
  return metadataNames.has(name) || contains(linkLocal, name);
}

/**
 * The network of an address, or of a name that says it; null: a public address, or a name. `host` as in `URL.hostname`.
 * Also addresses of IPv6 that hold one of IPv4 are taken for what they hold.
 */
export function zoneOf(host: string): Zone | null {
  if (isLinkLocalOrMetadata(host)) return 'link-local';
  const name = canonicalHost(host);
  if (isLoopback(name) || contains(here, name)) return 'loopback';
  return contains(inner, name) ? 'private' : null;
}

/** A name without dots, of a zone that no public resolver has, or an address of a private network. */
export function isInner(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const version = isIP(name);
  if (version === 4) return /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./.test(name);
  if (version === 6) return /^(?:::1$|f[cd])/i.test(name);
  return !name.includes('.') || /\.(?:local|internal|lan|svc|cluster|intranet|localdomain)$/i.test(name);
}

/** Decimal, octal and hexadecimal addresses become dotted; no brackets, no trailing dot, lower case. */
function canonicalHost(host: string): string {
  const url = `http://${isIP(host) === 6 ? `[${host}]` : host}/`;
  if (!isUrl(url)) return host.toLowerCase();
  return new URL(url).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function contains(list: BlockList, name: string): boolean {
  const version = isIP(name);
  if (version === 0) return false;
  return list.check(name, version === 4 ? 'ipv4' : 'ipv6');
}

/** The same within IPv6: compatible, translated (RFC 6052, RFC 2765), 6to4 (RFC 3056). Node itself knows the mapped ones. */
function embedded(subnets: readonly Subnet[]): (readonly [string, number, 'ipv4' | 'ipv6'])[] {
  return subnets.flatMap(([address, prefix]) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    return [
      [address, prefix, 'ipv4'],
      [`::${groups}`, 96 + prefix, 'ipv6'],
      [`64:ff9b::${groups}`, 96 + prefix, 'ipv6'],
      [`::ffff:0:${groups}`, 96 + prefix, 'ipv6'],
      [`2002:${groups}::`, 16 + prefix, 'ipv6'],
    ] as const;
  });
}

function blockList(subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of subnets) list.addSubnet(address, prefix, family);
  return list;
}
