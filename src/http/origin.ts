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

const loopback = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);
const linkLocal = blockList([
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
  // Metadata services that are not at link-local addresses.
  ['100.100.100.200', 32, 'ipv4'],
  ['168.63.129.16', 32, 'ipv4'],
  ['192.0.0.192', 32, 'ipv4'],
  // 169.254.0.0/16 within IPv6: compatible, translated (RFC 6052), 6to4.
  ['::a9fe:0', 112, 'ipv6'],
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
  ['2002:a9fe::', 32, 'ipv6'],
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

function blockList(subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of subnets) list.addSubnet(address, prefix, family);
  return list;
}
