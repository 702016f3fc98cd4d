import { InvalidBundle, parseBundle } from '@chainloop/attestation/bundle/bundle'

/** The signed text of a bundle, as it is. Nothing is verified. Throws `InvalidBundle`. */
export function readStatement(bundle: Uint8Array): string {
  const { envelope } = parseBundle(bundle)
  if (envelope === undefined)
    throw new InvalidBundle('the bundle signs an artifact, not a statement')
  return Buffer.from(envelope.payload).toString('utf8')
}
