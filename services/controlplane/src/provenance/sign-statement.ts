import { createBundle } from '@chainloop/attestation/bundle/bundle'
import { sha256 } from '@chainloop/attestation/digest'
import { pae } from '@chainloop/attestation/dsse/pae'
import type { JsonObject } from '@chainloop/attestation/json/json-value'
import { STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'
import type { LoggedSignature } from '@chainloop/attestation/transparency/signature-entry'

import type { Signing } from '../signing/signing.ts'
import { timestampQuery } from '../signing/timestamp-query.ts'

/** Puts a signature into the log of an organization, and returns its proof: an element of `tlogEntries`. */
export type LogSignature = (entry: {
  readonly organizationId: string
  /** What the entry is found by: `provenance:<run id>`, `vsa:<digest>`. */
  readonly subject: string
  readonly signed: LoggedSignature
}) => Promise<JsonObject>

export interface StatementSigner {
  readonly signing: Pick<Signing, 'provenance' | 'timestampAuthority'>
  readonly logSignature: LogSignature
}

export interface SignedStatement {
  /** Sigstore bundle v0.3. */
  readonly bundle: Uint8Array<ArrayBuffer>
  readonly digest: string
  /** DER, over the pre-authentication encoding; the plain envelope carries the same one. */
  readonly signature: Uint8Array
}

/** Signs with the provenance hierarchy, which no job has a key of, and logs before anybody sees it. */
export async function signStatement(
  { signing, logSignature }: StatementSigner,
  {
    organizationId,
    subject,
    payload,
  }: {
    readonly organizationId: string
    readonly subject: string
    readonly payload: Uint8Array
  },
): Promise<SignedStatement> {
  const { key, chain } = signing.provenance
  const [certificate] = chain
  if (!certificate) throw new Error('the provenance signer has no certificate')
  const signature = await key.sign(pae(STATEMENT_MEDIA_TYPE, payload))
  const timestamp = await signing.timestampAuthority.respond(timestampQuery(signature))
  const signed = {
    payloadType: STATEMENT_MEDIA_TYPE,
    payload: new Uint8Array(payload),
    signature: new Uint8Array(signature),
    verifier: { certificate },
  }
  const entry = await logSignature({ organizationId, subject, signed })
  const bundle = createBundle({
    payload,
    signature,
    signer: { certificate },
    timestamps: [timestamp],
    logEntries: [entry],
  })
  return { bundle, digest: sha256(bundle), signature }
}
