import { X509Certificate } from 'node:crypto'

import type { Signing } from '../signing/signing.ts'

/** Whom the certificate of provenance names: `<instance>/provenance`. It stays when the instance gets another address. */
export function verifierId({ provenance }: Pick<Signing, 'provenance'>): string {
  const [certificate = Buffer.alloc(0)] = provenance.chain
  const { subjectAltName = '' } = new X509Certificate(certificate)
  const uri = /(?:^|, )URI:([^,"]+)/.exec(subjectAltName)?.[1]
  if (uri === undefined) throw new TypeError('the certificate of provenance names nobody')
  return uri
}
