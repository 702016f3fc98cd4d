import { generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { describeKey, hintOf } from '@chainloop/attestation/verify/public-key'

import { craftBundle } from '../../attestations/testing/craft.ts'
import type { CraftOptions, Loose } from '../../attestations/testing/craft.ts'
import type { StoreWorld } from '../../attestations/testing/store-world.ts'
import type { OpenedRun } from '../../runs/init-run.ts'
import { preAuthenticated } from '../../signing/testing/bundles.ts'
import { timestampQuery } from '../../signing/timestamp-query.ts'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export function keyPair(namedCurve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve })
}

export function pemOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ type: 'spki', format: 'pem' }))
}

export interface KeyBundleOptions extends Pick<CraftOptions, 'statement' | 'state'> {
  /** Default: that of the key. */
  readonly hint?: string
  /** Certificate (DER) instead of the hint. */
  readonly certificate?: Buffer
  readonly stampedBy?: StoreWorld['signing']['timestampAuthority'] | null
  readonly alsoStampedBy?: StoreWorld['signing']['timestampAuthority']
  readonly bundle?: (bundle: Loose) => void
}

/** The bundle of a client that signs with a key of its own. */
export async function keyBundle(
  world: StoreWorld,
  opened: OpenedRun,
  { key, ...options }: KeyBundleOptions & { readonly key: KeyPair },
): Promise<Buffer> {
  const crafted = await craftBundle(world, opened, {
    state: (state) => ({ ...state, signing: { ...state.signing, signingCa: '' } }),
    ...options,
    bundle: () => {},
  })
  const bundle: Loose = JSON.parse(crafted.toString())
  const { payload, payloadType } = bundle.dsseEnvelope
  const signed = preAuthenticated(payloadType, Buffer.from(payload, 'base64'))
  const signature = sign('sha256', signed, key.privateKey)
  const { certificate, hint = hintOf(describeKey(key.publicKey)) } = options
  bundle.dsseEnvelope.signatures = [{ sig: signature.toString('base64') }]
  bundle.verificationMaterial = {
    ...(certificate
      ? { certificate: { rawBytes: certificate.toString('base64') } }
      : { publicKey: { hint } }),
    ...(await stamped(world, signature, options)),
  }
  options.bundle?.(bundle)
  return Buffer.from(JSON.stringify(bundle))
}

async function stamped(
  world: StoreWorld,
  signature: Buffer,
  { stampedBy = world.signing.timestampAuthority, alsoStampedBy }: KeyBundleOptions,
): Promise<object> {
  if (stampedBy === null) return {}
  const authorities = [stampedBy, ...(alsoStampedBy ? [alsoStampedBy] : [])]
  const stamps = await Promise.all(
    authorities.map((authority) => authority.respond(timestampQuery(signature))),
  )
  const rfc3161Timestamps = stamps.map((stamp) => ({ signedTimestamp: stamp.toString('base64') }))
  return { timestampVerificationData: { rfc3161Timestamps } }
}
