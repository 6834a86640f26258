import { expect } from 'chai';
import { compare } from '../../src/diagnose/likeness.ts';
import type { Exchange } from '../../src/model.ts';
import { exchange } from './subjects.ts';

/** An authorization endpoint that repeats what it was asked. */
function answer(client_id: string, page: string): Exchange {
  const url = `https://login.example.test/auth?client_id=${client_id}&redirect_uri=https%3A%2F%2Fapp.test%2F`;
  return exchange([{ url, sent: [], status: 400, body: `${page}: ${client_id}` }], []);
}

describe('compare', () => {
  it('takes out what each request chose, also of a control that was sent for an earlier step', () => {
    const ours = { exchange: answer('web', 'No such thing'), erase: ['web'] };
    const control = { exchange: answer('why401-abcxyz', 'No such thing'), erase: ['why401-another'] };
    expect(compare(ours, control)).to.equal('alike');
  });

  it('is unclear where pages differ in words that say nothing of the client', () => {
    const ours = { exchange: answer('web', 'No such thing'), erase: [] };
    const control = { exchange: answer('why401-abcxyz', 'Nothing of the kind'), erase: [] };
    expect(compare(ours, control)).to.equal('unclear');
  });
});
