/** Apache httpd between, and programs behind it that are given no Authorization unless somebody asks for it. */
import { type ApacheFront, apache, apacheFront } from '../servers/apache-front.ts';
import type { Fault } from '../servers/fault.ts';
import { expired, large, notTold, orders, uniform, withEcho } from './shared.ts';

function between(faulty: ApacheFront, healed: ApacheFront = {}): Fault['front'] {
  return (site, whole) => apacheFront(site, whole ? healed : faulty);
}
const a = { servers: apache, needs: ['apache2'] } as const;
const header = (line: string): ApacheFront => ({ modules: ['headers'], configuration: line });

/** Takes any token but those of another stage, and says the same to everybody else. */
const script = `#!/bin/sh
case "$HTTP_AUTHORIZATION" in
  ''|*other-stage*) printf 'Status: 401\\nWWW-Authenticate: Bearer\\nContent-Type: text/plain\\n\\nUnauthorized\\n' ;;
  *) printf 'Content-Type: application/json\\n\\n{"orders":[{"id":7}]}\\n' ;;
esac
`;
const shows = `#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
env | grep ^HTTP_
`;
const cgi = (lines: string): ApacheFront => ({
  modules: ['cgid', 'alias'],
  files: { 'orders.cgi': script, 'headers.cgi': shows },
  configuration: `ScriptSock {folder}/cgi.sock
ProxyPass /cgi !
ScriptAlias /cgi/ {folder}/
<Directory {folder}>
Require all granted
${lines}
</Directory>`,
});
const byProgram = { steps: [{ GET: '/cgi/orders.cgi' }], ...withEcho('/cgi/headers.cgi') };
const passing = cgi('CGIPassAuth On');

export const apacheFaults: readonly Fault[] = [
  {
    ...a,
    ...byProgram,
    id: 'headers-apache/cgi-without-pass-auth',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/cgi/headers.cgi', 'CGIPassAuth'],
    twin: 'headers-apache/cgi-token-of-another-stage',
    front: between(cgi(''), passing),
  },
  {
    ...a,
    ...byProgram,
    id: 'headers-apache/cgi-token-of-another-stage',
    causes: ['token-unknown', 'token-expired', ...notTold],
    decisive: ['401'],
    twin: 'headers-apache/cgi-without-pass-auth',
    secrets: async ({ app }, healed) => ({
      READER_TOKEN: healed ? await app.token() : 'other-stage-0123456789abcdef',
    }),
    front: between(passing, passing),
  },
  {
    ...a,
    steps: [{ GET: '/cgi/orders.cgi' }],
    id: 'headers-apache/cgi-unseen',
    causes: ['credentials-stripped-by-proxy', 'token-expired', ...notTold],
    decisive: ['401'],
    front: between(cgi(''), passing),
  },
  {
    ...a,
    ...withEcho(),
    id: 'headers-apache/unsets-authorization',
    causes: ['credentials-stripped-by-proxy'],
    decisive: ['/debug/headers', 'did not arrive'],
    steps: uniform,
    twin: 'headers-apache/expired',
    front: between(header('RequestHeader unset Authorization')),
  },
  {
    ...a,
    ...expired,
    id: 'headers-apache/expired',
    causes: ['token-expired', 'credentials-stripped-by-proxy'],
    decisive: ['exp'],
    steps: uniform,
    twin: 'headers-apache/unsets-authorization',
    front: between({}),
  },
  {
    ...a,
    ...withEcho(),
    id: 'headers-apache/sets-authorization',
    causes: ['credentials-replaced-by-proxy'],
    decisive: ['Basic', '/debug/headers'],
    steps: orders,
    front: between(header('RequestHeader set Authorization "Basic c2VydmljZTpjb3JyZWN0LWhvcnNl"')),
  },
  {
    ...a,
    ...withEcho('/debug/raw'),
    id: 'headers-apache/appends-authorization',
    causes: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    beside: ['credentials-replaced-by-proxy'],
    decisive: ['/debug/raw'],
    steps: uniform,
    front: between(header('RequestHeader append Authorization "Basic c2VydmljZTpjb3JyZWN0LWhvcnNl"')),
  },
  {
    ...a,
    ...withEcho(),
    id: 'headers-apache/cuts-authorization',
    causes: ['credentials-replaced-by-proxy', 'token-malformed'],
    decisive: ['cut'],
    steps: uniform,
    front: between(header('RequestHeader edit Authorization "^(.{60}).*$" "$1"')),
  },
  {
    ...a,
    ...withEcho(),
    ...large,
    id: 'headers-apache/field-size',
    causes: ['header-too-large'],
    decisive: ['400', 'authorization'],
    steps: orders,
    front: between({ configuration: 'LimitRequestFieldSize 2000' }),
  },
];
