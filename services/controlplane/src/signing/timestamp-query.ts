import { createHash, randomBytes } from 'node:crypto'

import { boolean, integer, octetString, oid, sequence } from './der.ts'
import type { Der } from './der.ts'
import { OIDS } from './oids.ts'

/** A query over SHA-256 of the data, with a nonce, asking for the certificate. */
export function timestampQuery(data: Uint8Array): Der {
  return sequence(
    integer(1),
    sequence(sequence(oid(OIDS.sha256)), octetString(createHash('sha256').update(data).digest())),
    integer(randomBytes(8)),
    boolean(true),
  )
}
