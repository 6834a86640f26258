/** A proxy that adds an Authorization of its own beside that of the caller, and what servers of several makes do with two. */
import { python, runs } from '../mixed-after/program.ts';
import type { Fault } from '../servers/fault.ts';
import { apacheBetween, before, haproxy, nginxBetween, nodeFront } from './fronts.ts';
import { expired, orders, uniform, withEcho } from './shared.ts';

const written = 'after the rules';
const h = { written, servers: ['HAProxy 2.6.12'] } as const;
const adds = haproxy('http-request add-header Authorization "Bearer of-the-gateway-itself"');
const direct: Fault['front'] = async ({ app }) => ({ ports: { api: app.port }, stop: async () => {} });
const opaque = 'reader-4f1c2a9e7b6d8035';

/** Werkzeug joins the lines with a comma, as WSGI servers do. */
const flask = python(`
import json, logging, sys
from flask import Flask, jsonify, request
given = json.loads(sys.argv[1])
logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
@app.get('/orders')
def orders():
    parts = request.headers.get('Authorization', '').split()
    if not parts:
        return jsonify(message='Missing Authorization Header'), 401
    if len(parts) != 2 or parts[0] != 'Bearer':
        return jsonify(message="Bad Authorization header. Expected 'Authorization: Bearer <token>'"), 401
    if parts[1] != given['token']:
        return jsonify(message='Unknown token'), 401
    return jsonify(orders=[{'id': 7}])
@app.get('/debug/headers')
def shown():
    return jsonify(headers=list(map(list, request.headers.items())))
app.run(port=given['port'])
`);
const f = {
  written,
  servers: ['Flask 2.2', 'HAProxy 2.6.12'],
  needs: ['haproxy', '/usr/bin/python3:flask'],
} as const;
const token = { secrets: async () => ({ READER_TOKEN: opaque }) };

/** Its own line stands first, and Node keeps the first. */
const ownFirst: Fault['front'] = (site, healed) =>
  nodeFront(site, 65_536, ({ rawHeaders }) =>
    healed ? rawHeaders : ['Authorization', 'Bearer of-the-gateway-itself', ...rawHeaders],
  );

export const twiceFaults: readonly Fault[] = [
  {
    ...f,
    ...withEcho(),
    ...token,
    id: 'headers-twice/flask-joins',
    causes: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    beside: ['credentials-replaced-by-proxy'],
    decisive: ['/debug/headers'],
    steps: orders,
    twin: 'headers-twice/flask-malformed-by-step',
    front: before(
      adds,
      runs(flask, () => ({ token: opaque })),
    ),
  },
  {
    ...f,
    ...token,
    id: 'headers-twice/flask-joins-unseen',
    causes: ['credentials-duplicated', 'authorization-malformed', 'credentials-replaced-by-proxy'],
    decisive: ['401'],
    steps: orders,
    front: before(
      adds,
      runs(flask, () => ({ token: opaque })),
    ),
  },
  {
    // The same answer for a token with a space in it.
    ...f,
    ...withEcho(),
    id: 'headers-twice/flask-malformed-by-step',
    causes: ['authorization-malformed'],
    decisive: ['401'],
    steps: orders,
    secrets: async (_site, healed) => ({ READER_TOKEN: healed ? opaque : `${opaque} ${opaque}` }),
    twin: 'headers-twice/flask-joins',
    front: before(
      haproxy(''),
      runs(flask, () => ({ token: opaque })),
    ),
  },
  {
    ...h,
    needs: ['haproxy', 'nginx'],
    ...withEcho(),
    id: 'headers-twice/nginx-refuses',
    causes: ['credentials-duplicated', 'authorization-malformed', 'header-too-large'],
    decisive: ['400'],
    steps: orders,
    front: before(adds, nginxBetween({})),
  },
  {
    ...h,
    needs: ['haproxy', 'apache2'],
    ...withEcho(),
    id: 'headers-twice/apache-joins',
    causes: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    beside: ['credentials-replaced-by-proxy'],
    decisive: ['/debug/headers'],
    steps: uniform,
    twin: 'headers-twice/apache-expired',
    front: before(adds, apacheBetween({})),
  },
  {
    ...h,
    ...expired,
    needs: ['haproxy', 'apache2'],
    ...withEcho(),
    id: 'headers-twice/apache-expired',
    causes: ['token-expired'],
    decisive: ['exp'],
    steps: uniform,
    twin: 'headers-twice/apache-joins',
    front: before(haproxy(''), apacheBetween({})),
  },
  {
    written,
    servers: ['node:http'],
    needs: [],
    ...withEcho(),
    id: 'headers-twice/node-keeps-the-first',
    causes: ['credentials-replaced-by-proxy', 'credentials-duplicated'],
    beside: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    decisive: ['/debug/headers'],
    steps: uniform,
    front: ownFirst,
  },
  {
    written,
    servers: ['node:http'],
    needs: [],
    ...withEcho('/debug/raw'),
    id: 'headers-twice/node-shows-both',
    causes: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    beside: ['credentials-duplicated', 'credentials-replaced-by-proxy'],
    decisive: ['/debug/raw'],
    steps: orders,
    front: ownFirst,
  },
  {
    // Node keeps the first of both, which is that of the caller: what is wrong is the token.
    ...h,
    ...expired,
    needs: ['haproxy'],
    ...withEcho(),
    id: 'headers-twice/second-is-not-read',
    causes: ['token-expired'],
    beside: ['credentials-duplicated'],
    decisive: ['exp'],
    steps: orders,
    front: (site, healed) => (healed ? direct(site, healed) : adds(site, healed)),
  },
];
