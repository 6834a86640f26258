import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { schema } from '../../src/cli/schema.ts';

type Node = Readonly<Record<string, unknown>>;

function read(name: string): Node {
  return JSON.parse(
    readFileSync(new URL(`../../src/schemas/${name}.schema.json`, import.meta.url), 'utf8'),
  ) as Node;
}

/** Paths of the keys under `properties` that say nothing about themselves. */
function undescribed(node: unknown, path: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, child]) => {
    const own =
      name === 'properties' && typeof child === 'object' && child !== null && !path.endsWith('/if')
        ? Object.entries(child as Node)
            .filter(([, value]) => typeof (value as Node)['description'] !== 'string')
            .map(([key]) => `${path}/properties/${key}`)
        : [];
    return [...own, ...undescribed(child, `${path}/${name}`)];
  });
}

for (const name of ['project', 'scenario']) {
  describe(`${name}.schema.json`, () => {
    it('is a JSON Schema', () => {
      const ajv = new Ajv2020({ strict: false });
      expect(ajv.validateSchema(read(name))).to.equal(true);
    });

    it('describes every key', () => {
      expect(undescribed(read(name), '')).to.deep.equal([]);
    });
  });
}

describe('generate', () => {
  it('writes validators that need no module', () => {
    const code = readFileSync(new URL('../../src/schemas/validators.js', import.meta.url), 'utf8');
    expect(code).to.match(/export const project = /);
    expect(code).to.not.match(/require\(|\bimport\b/);
  });

  it('puts all signatures into one list', () => {
    const file = new URL('../../src/diagnose/signatures.json', import.meta.url);
    expect(existsSync(file)).to.equal(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.be.an('array').that.is.not.empty;
  });
});

describe('schema', () => {
  async function run(name: string | undefined): Promise<[code: number, text: string]> {
    const parts: string[] = [];
    const sink = { write: (part: string) => void parts.push(part), isTTY: false, width: 80, color: false };
    return [await schema(name, sink), parts.join('')];
  }

  it('prints the published file', async () => {
    const [code, text] = await run('scenario');
    expect([code, JSON.parse(text)]).to.deep.equal([0, read('scenario')]);
  });

  it('lists the names for an unknown one', async () => {
    expect(await run('scenarios')).to.deep.equal([
      2,
      'There is no schema "scenarios". Did you mean "scenario"? There are: project, scenario, report.\n',
    ]);
    expect(await run(undefined)).to.deep.equal([2, 'Which schema? There are: project, scenario, report.\n']);
  });
});
