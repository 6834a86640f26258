import { expect } from 'chai';
import { normalAnswer } from '../../src/diagnose/normal.ts';
import { exchange, type HopSpec } from './subjects.ts';

const answer = (spec: HopSpec): string | null => normalAnswer(exchange([spec], []));

describe('normalAnswer', () => {
  const alike: Record<string, [HopSpec, HopSpec]> = {
    'a request id': [
      { body: '{"error":"x","requestId":"abc"}' },
      { body: '{"error":"x","requestId":"xyz"}' },
    ],
    'a time': [{ body: 'at 12:00:01' }, { body: 'at 12:00:02' }],
    'a count': [{ body: '{"message":"3 left"}' }, { body: '{"message":"2 left"}' }],
    'a date in the challenge': [
      { headers: [['WWW-Authenticate', 'Bearer error_description="at 2026-11-24T12:00:00Z"']] },
      { headers: [['WWW-Authenticate', 'Bearer error_description="at 2026-11-24T12:00:01Z"']] },
    ],
    'a nonce': [{ body: '<input value="Zx81aPq">' }, { body: '<input value="9Rt22bb">' }],
    'the order of members': [{ body: '{"a":"x","b":"y"}' }, { body: '{"b":"y","a":"x"}' }],
  };
  for (const [name, [a, b]] of Object.entries(alike)) {
    it(`leaves out ${name}`, () => {
      expect(answer(a)).to.equal(answer(b));
    });
  }

  it('reads a long word without a digit once', () => {
    const body = 'a'.repeat(400_000);
    expect(answer({ body })).to.equal(answer({ body }));
  });

  const unlike: Record<string, [HopSpec, HopSpec]> = {
    'the status': [{ status: 401 }, { status: 403 }],
    'an error code with digits': [{ body: '{"errorCode":"E0000022"}' }, { body: '{"errorCode":"E0000011"}' }],
    'the error of a challenge': [
      { headers: [['WWW-Authenticate', 'Bearer']] },
      { headers: [['WWW-Authenticate', 'Bearer error="invalid_token"']] },
    ],
    'words of a page': [{ body: 'Client not found.' }, { body: 'Invalid parameter.' }],
  };
  for (const [name, [a, b]] of Object.entries(unlike)) {
    it(`keeps ${name}`, () => {
      expect(answer(a)).to.not.equal(answer(b));
    });
  }
});
