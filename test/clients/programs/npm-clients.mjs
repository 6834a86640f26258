// Sends the chains of stdin with one client of npm (argv[2]) of a folder (argv[3]) and writes what it got as JSON.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';

const [name, folder] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const task = JSON.parse(readFileSync(0, 'utf8'));
const { connect } = Socket.prototype;

/** Every client comes to this in the end: the servers of the chains, whatever the port. */
Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof options === 'object' && options !== null && task.ports?.[options.port]) {
    const placed = { ...options, host: '127.0.0.1', port: task.ports[options.port] };
    if (Array.isArray(args[0])) args[0][0] = placed;
    else args[0] = placed;
  }
  return connect.apply(this, args);
};

const callback = (run) =>
  new Promise((resolve, reject) => run((failure, answer) => (failure ? reject(failure) : resolve(answer))));
const fetchLike = (fetch) => async (chain) =>
  (await fetch(chain.url, { method: chain.method, headers: chain.headers, body: chain.hasBody ? task.body : undefined }))
    .status;

const clients = {
  superagent: (superagent) => async (chain) => {
    const request = superagent(chain.method, chain.url).set(chain.headers).ok(() => true);
    return (await (chain.hasBody ? request.send(task.body) : request)).status;
  },
  request: (request) => async (chain) => {
    const options = { method: chain.method, url: chain.url, headers: chain.headers };
    if (chain.hasBody) options.body = task.body;
    return (await callback((done) => request(options, done))).statusCode;
  },
  '@hapi/wreck': (wreck) => async (chain) => {
    const options = { headers: chain.headers, redirects: 10, ...(chain.hasBody ? { payload: task.body } : {}) };
    const answer = await wreck.request(chain.method, chain.url, options);
    answer.resume();
    return answer.statusCode;
  },
  'node-fetch': fetchLike,
  'make-fetch-happen': (fetch) => {
    const plain = fetch.defaults({ retry: false, proxy: null });
    return fetchLike(plain);
  },
  'minipass-fetch': fetchLike,
  '@usebruno/cli': () => {
    const { makeAxiosInstance } = require('@usebruno/cli/src/utils/axios-instance.js');
    return (chain) => bruno(makeAxiosInstance, chain, {});
  },
  'bruno-strict': () => {
    const { makeAxiosInstance } = require('@usebruno/cli/src/utils/axios-instance.js');
    return (chain) => bruno(makeAxiosInstance, chain, { forwardAuthorizationHeader: false });
  },
};

/** As the runner of the command line does: what axios refuses with an answer is the answer. */
async function bruno(make, chain, more) {
  const instance = make({ disableCookies: true, proxyMode: 'off', httpsAgentRequestFields: {}, ...more });
  const request = { method: chain.method, url: chain.url, headers: { ...chain.headers } };
  if (chain.hasBody) request.data = task.body;
  try {
    return (await instance(request)).status;
  } catch (failure) {
    if (failure.response) return failure.response.status;
    throw failure;
  }
}

const packageOf = (client) => (client === 'bruno-strict' ? '@usebruno/cli' : client);

if (name === 'versions') {
  const found = {};
  for (const client of Object.keys(clients)) {
    const file = `${folder}/node_modules/${packageOf(client)}/package.json`;
    if (existsSync(file)) found[client] = JSON.parse(readFileSync(file, 'utf8')).version;
  }
  console.log(JSON.stringify(found));
} else {
  const module = name.includes('bruno') ? null : require(name);
  const send = clients[name](module?.default ?? module);
  const got = {};
  let stuck = () => {};
  process.on('uncaughtException', (failure) => stuck(failure));
  for (const chain of task.chains) {
    const outcome = new Promise((resolve, reject) => {
      stuck = reject;
      const timer = setTimeout(() => reject(new Error('no answer')), 2000);
      send(chain).then(resolve, reject).finally(() => clearTimeout(timer));
    });
    got[chain.name] = await outcome.then(
      (status) => ({ status }),
      (failure) => ({ error: String(failure) }),
    );
  }
  console.log(JSON.stringify(got));
  process.exit();
}
