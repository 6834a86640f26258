/** The pages of credentials that are not OAuth: their examples are run, and their tables held against the schema. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { JsonMap } from '../../src/model.ts';
import { root } from '../architecture/source-files.ts';
import { type Ended, why401 } from '../support/command.ts';
import { type Origins, startOrigins } from '../support/origins.ts';
import { api, type Page, pages, pageText, reaching } from './credential-servers.ts';

const schema = JSON.parse(readFileSync(new URL('src/schemas/project.schema.json', root), 'utf8')) as {
  $defs: Record<string, { properties: object }>;
};
describe('docs/credentials', () => {
  let origins: Origins;
  beforeEach(async () => {
    origins = await startOrigins();
  });
  afterEach(() => origins.close());

  async function run(page: Page, change: (scenario: JsonMap) => JsonMap = (same) => same): Promise<Ended> {
    await page.serve(origins);
    const { project, scenario } = reaching(page, origins);
    return why401(['run', '--verbose'], {
      files: {
        'why401.yml': JSON.stringify(project),
        'a.yml': JSON.stringify(change(scenario)),
        'ca.pem': origins.authority.ca,
        ...page.files,
      },
      env: page.env ?? {},
    });
  }

  for (const page of pages) {
    it(`${page.file}.md has an example that a server accepts, and shows no secret`, async () => {
      const { code, stdout, stderr } = await run(page);
      expect([code, stderr], stdout).to.deep.equal([0, '']);
      const secrets = Object.entries(page.env ?? {}).filter(
        ([name]) => !/URL|ACTIONS$|ACCESS_KEY_ID/.test(name),
      );
      for (const [, value] of secrets)
        expect(stdout).to.not.include(value.trim().split('\n').at(-2) ?? value);
    });

    it(`${page.file}.md has one that is refused without its credential`, async () => {
      const { code, stdout } = await run(page, (scenario) => ({ ...scenario, credential: 'none' }));
      expect([code, stdout.includes(`got ${page.refusal}`)], stdout).to.deep.equal([1, true]);
    });

    it(`${page.file}.md needs nothing but its files for lint and list`, async () => {
      const { project, scenario } = reaching(page, origins);
      const files = {
        'why401.yml': JSON.stringify(project),
        'a.yml': JSON.stringify(scenario),
        'ca.pem': origins.authority.ca,
      };
      for (const command of ['lint', 'list']) {
        const { code, stdout, stderr } = await why401([command], { files });
        expect([code, stderr], stdout).to.deep.equal([0, '']);
      }
    });

    it(`${page.file}.md has keys that are told where they are misspelt`, async () => {
      const type = page.file.replaceAll('-', '_');
      for (const key of Object.keys(schema.$defs[page.schema]?.properties ?? {})) {
        // "typx" is nearer to "type".
        if (key === 'type' || key === 'typ') continue;
        const { code, stdout, stderr } = await why401(['lint'], {
          files: {
            'why401.yml': `environments: {a: {origins: {api: "${api}"}}}\ncredentials: {one: {type: ${type}, ${key}x: 1}}\n`,
            'a.yml': 'steps: [{GET: /}]\n',
          },
        });
        const text = `${stdout}${stderr}`;
        expect([
          code,
          text.includes(`"${key}x" is no key`),
          text.includes(`Did you mean "${key}"?`),
        ]).to.deep.equal([2, true, true]);
      }
    });

    it(`${page.file}.md has a row for each key`, () => {
      const keys = Object.keys(schema.$defs[page.schema]?.properties ?? {}).filter((key) => key !== 'type');
      // The first table of the page is that of the keys.
      const table = /^\| key \|.*\n(?:\|.*\n)+/m.exec(pageText(page))?.[0] ?? '';
      const rows = table.split('\n').slice(2);
      const named = rows.flatMap((row) =>
        [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, key]) => key),
      );
      expect(named.sort()).to.deep.equal(keys.sort());
    });
  }
});
