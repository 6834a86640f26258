/** Where a connection really goes: curl's --connect-to. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Of a URL: no brackets, the default port filled in. */
export function addressOf(url: URL): Address {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port) };
}

/**
 * The first entry whose `host:port` fits, an empty part fitting everything (`:443`, `api.example.com:`). An empty part
 * of its value keeps the address's own. Gives `address` itself where none fits.
 */
export function mapAddress(address: Address, connectTo: ReadonlyMap<string, string>): Address {
  for (const [from, to] of connectTo) {
    const [host, port] = split(from);
    if (host !== '' && host.toLowerCase() !== address.host.toLowerCase()) continue;
    if (port !== '' && Number(port) !== address.port) continue;
    const [newHost, newPort] = split(to);
    return { host: newHost || address.host, port: newPort === '' ? address.port : Number(newPort) };
  }
  return address;
}

/** `[::1]:443` has its colons in brackets. */
function split(text: string): [host: string, port: string] {
  const found = /^(?:\[(.*)\]|([^:]*))(?::(\d*))?$/.exec(text);
  return found ? [found[1] ?? found[2] ?? '', found[3] ?? ''] : [text, ''];
}
