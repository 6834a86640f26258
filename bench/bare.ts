/** What the figures are compared with: undici and nothing else. Usage: bare.js URL REQUESTS CONCURRENCY */
import { Agent, request } from 'undici';

const [url = '', requests = '1', concurrency = '1'] = process.argv.slice(2);
const dispatcher = new Agent({ connections: Number(concurrency) });
let left = Number(requests);

async function loop(): Promise<void> {
  while (left-- > 0) {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { authorization: 'Bearer a-token-of-the-bench' },
    });
    JSON.parse(await body.text());
    if (statusCode !== 200) throw new Error(`${statusCode}`);
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, loop));
const milliseconds = performance.now() - started;
await dispatcher.close();
process.stdout.write(`${milliseconds}\n`);
