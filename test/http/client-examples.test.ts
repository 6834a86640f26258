import { expect } from 'chai';
import { clientRun } from '../../src/http/client-engine.ts';
import type { ClientAnswer, ClientRequest } from '../../src/http/client-profile.ts';
import type { ClientExample } from '../../src/http/client-source.ts';
import { findClient } from '../../src/http/clients.ts';
import { clientSources } from './client-source.ts';

const usual = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];

describe('examples of clients', () => {
  for (const { id, examples } of clientSources()) {
    describe(id, () => {
      for (const example of examples) {
        it(`${example.send} ${example.answers.join(', ')}`, () => {
          expect(outcome(id, example)).to.deep.equal(expected(example));
        });
      }
    });
  }
});

function request(example: ClientExample): ClientRequest {
  const [method = '', url = ''] = example.send.split(' ');
  const hasBody = ['POST', 'PUT', 'PATCH', 'QUERY'].includes(method);
  return { method, url: new URL(url), fields: new Set(example.sends ?? usual), hasBody };
}

function answer(text: string): ClientAnswer {
  const [, status, location] = /^(\d{3})(?: (.*))?$/.exec(text) ?? [];
  return { status: Number(status), location: location ?? null };
}

function outcome(id: string, example: ClientExample): unknown {
  const profile = findClient(id);
  if (!profile) throw new Error(`${id} is not there`);
  const run = clientRun(profile, request(example), example.answers.map(answer));
  const last = run.hops.at(-1)?.state;
  return {
    requests: run.hops.length,
    ...(run.hops.length === 1 ? {} : { method: last?.method, carries: [...(last?.fields ?? [])].sort() }),
    ...(example.body === undefined ? {} : { body: last?.hasBody }),
    stops: run.stop && [run.stop.reason, run.stop.gives],
  };
}

function expected(example: ClientExample): unknown {
  const followed = example.carries !== undefined;
  return {
    requests: followed ? example.answers.length + (example.stops ? 0 : 1) : 1,
    ...(followed
      ? { method: example.then ?? example.send.split(' ')[0], carries: [...(example.carries ?? [])].sort() }
      : {}),
    ...(example.body === undefined ? {} : { body: example.body }),
    stops: example.stops ?? null,
  };
}
