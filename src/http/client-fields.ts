/** Which fields of a request a client sends on to another URL. */
import type { ClientDrop, ClientProfile, ClientRequest, ClientState, Sameness } from './client-profile.ts';

/** Why `header` is not sent with `next`, and whether it comes back; null: it is sent. */
export function keptBy(
  profile: ClientProfile,
  header: string,
  state: ClientState,
  next: ClientRequest,
): { readonly rule: ClientDrop['rule']; readonly forGood: boolean } | null {
  const rule = profile.fields.find(({ fields }) => fields.some((name) => names(name, header)));
  if (!rule || rule.keep === 'always') return null;
  if (rule.keep === 'never') return { rule: 'never-kept', forGood: true };
  const changed = changedPart(rule.keep, rule.base === 'first' ? state.first : state, next);
  return changed && { rule: changed, forGood: !rule.restored };
}

/** Whether `name` of a rule is `header`, or how it begins. */
function names(name: string, header: string): boolean {
  return name.endsWith('*') ? header.startsWith(name.slice(0, -1)) : name === header;
}

function changedPart(
  keep: Sameness,
  from: ClientRequest,
  to: ClientRequest,
): 'scheme' | 'host' | 'port' | null {
  if (keep.exempt !== undefined && isUpgrade(from.url, to.url, keep.exempt === 'upgrade')) return null;
  if (!sameScheme(keep.scheme, from.url, to.url)) return 'scheme';
  if (!sameHost(keep.host, from.url.hostname, to.url.hostname)) return 'host';
  return portOf(keep.port, from) === portOf(keep.port, to) ? null : 'port';
}

function isUpgrade(from: URL, to: URL, anyPorts: boolean): boolean {
  const schemes = from.protocol === 'http:' && to.protocol === 'https:';
  return schemes && from.hostname === to.hostname && (anyPorts || (from.port === '' && to.port === ''));
}

function sameScheme(rule: Sameness['scheme'], from: URL, to: URL): boolean {
  if (rule === 'any' || from.protocol === to.protocol) return true;
  return rule === 'no-downgrade' && to.protocol === 'https:';
}

function sameHost(rule: Sameness['host'], from: string, to: string): boolean {
  return rule === 'any' || from === to || (rule === 'subdomain' && to.endsWith(`.${from}`));
}

function portOf(rule: Sameness['port'], { url, writtenPort }: ClientRequest): string {
  if (rule === 'any') return '';
  if (rule === 'same') return url.port || (url.protocol === 'https:' ? '443' : '80');
  return rule === 'written' ? (writtenPort ?? url.port) : url.port;
}
