/** The fields that signers add to a request as it is sent. */
import type { Signer, UnsignedRequest } from '../credential/signer.ts';
import type { Field } from '../model.ts';

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

/** Lower-case names of the fields that they may set. */
export function signedFields(signers: readonly Signer[] = []): string[] {
  return signers.flatMap(({ fields }) => fields);
}
