import type { Signer as SignerMessage } from '@chainloop/proto/trust/v1/signer_service'

import { answered } from '../connection/unexpected-answer.ts'
import { enumNames } from './enum-names.ts'
import { toDate } from './time.ts'

const signerKind = enumNames({ 'public-key': 1, 'certificate-chain': 2, fulcio: 3 })

export const signerPurpose = enumNames({ attestations: 1, materials: 2 })

/** Whose signatures count besides those of the control plane's job CA. */
export interface RegisteredSigner {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly purpose: string
  /** Of a public key, or of the root of a chain. */
  readonly fingerprint: string
  readonly algorithm: string
  readonly identity: string
  readonly issuer: string
  /** Empty: all projects. */
  readonly projects: readonly string[]
  readonly notBefore: Date | undefined
  readonly notAfter: Date | undefined
  readonly createdAt: Date | undefined
  /** PEM of a public key, JSON of a trusted root otherwise. */
  readonly material: string
}

export function toRegisteredSigner(item: SignerMessage | undefined): RegisteredSigner {
  const one = answered(item, 'a signer')
  return {
    id: one.id,
    name: one.name,
    kind: signerKind.nameOf(one.kind),
    purpose: signerPurpose.nameOf(one.purpose),
    fingerprint: one.fingerprint,
    algorithm: one.algorithm,
    identity: one.identity,
    issuer: one.issuer,
    projects: one.projectNames,
    notBefore: toDate(one.notBefore),
    notAfter: toDate(one.notAfter),
    createdAt: toDate(one.createdAt),
    material: Buffer.from(one.material).toString('utf8'),
  }
}
