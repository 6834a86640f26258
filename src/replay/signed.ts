/** The fields that signers add to a request as it is sent. */
import type { Signer, UnsignedRequest } from '../credential/signer.ts';
import type { Field, FieldSource } from '../model.ts';

/** Headers of the request with those of each signer, which sees what the one before it added. */
export async function signed(
  request: UnsignedRequest,
  signers: readonly Signer[],
): Promise<readonly Field[]> {
  let { headers } = request;
  for (const signer of signers) {
    const added = await signer.sign({ ...request, headers });
    const names = new Set(added.map(([name]) => name.toLowerCase()));
    headers = [...headers.filter(([name]) => !names.has(name.toLowerCase())), ...added];
  }
  return headers;
}

/** The same signer, whose fields say whose they are. */
export function signedBy(signer: Signer, by: readonly FieldSource[]): Signer {
  return {
    ...signer,
    sign: async (request) => (await signer.sign(request)).map(([name, value]): Field => [name, value, by]),
  };
}

/** Each signer after those whose fields it may sign: proofs and challenges answered, HMAC, SigV4, message signatures. */
export function inOrder(signers: readonly Signer[]): Signer[] {
  return signers.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
}

/** Why one of them, in order, cannot sign the request; the fields of those before it are taken to be there. */
export function unsignable(request: UnsignedRequest, signers: readonly Signer[]): string | null {
  let { headers } = request;
  for (const signer of signers) {
    const fault = signer.fault?.({ ...request, headers }) ?? null;
    if (fault !== null) return fault;
    headers = [...headers, ...signer.fields.map((name): Field => [name, ''])];
  }
  return null;
}

/** Lower-case names of the fields that they may set. */
export function signedFields(signers: readonly Signer[] = []): string[] {
  return signers.flatMap(({ fields }) => fields);
}
