import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import { attest } from './world/attest.ts'
import { temporaryFolder } from './world/folder.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld } from './world/world.ts'

/* Nothing of ours takes part in these verifications but the two files. */
const stack = new AsyncDisposableStack()
let bundle: Buffer
const roots: Record<string, unknown> = {}

beforeAll(async () => {
  const world = stack.use(await startWorld())
  const declared = await declareWorkflow(world)
  const attested = await attest(declared, stack.use(await temporaryFolder()).path)
  bundle = attested.bytes
  for (const purpose of ['attestations', 'provenance']) {
    roots[purpose] = JSON.parse(
      await world.operator.chainloop(['signing', 'trusted-root', '--for', purpose]),
    )
  }
})

afterAll(() => stack.disposeAsync())

function verify(json: unknown, purpose = 'attestations'): void {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(roots[purpose]))
  const verifier = new Verifier(trust, {
    // As it was pushed, it is in no log yet.
    tlogThreshold: 0,
  })
  verifier.verify(toSignedEntity(bundleFromJSON(json)))
}

test('the bundle verifies with @sigstore/verify alone', () => {
  expect(() => verify(JSON.parse(bundle.toString()))).not.toThrow()
})

test('it does not verify against the root of provenance', () => {
  expect(() => verify(JSON.parse(bundle.toString()), 'provenance')).toThrow(/.+/)
})

test.each([
  ['the payload', ['dsseEnvelope', 'payload']],
  ['the signature', ['dsseEnvelope', 'signatures', '0', 'sig']],
  ['the certificate', ['verificationMaterial', 'certificate', 'rawBytes']],
  [
    'the timestamp',
    [
      'verificationMaterial',
      'timestampVerificationData',
      'rfc3161Timestamps',
      '0',
      'signedTimestamp',
    ],
  ],
])('it fails when one byte of %s is another', (_what, path) => {
  const changed: unknown = JSON.parse(bundle.toString())
  const [parent, key] = parentOf(changed, path)
  const bytes = Buffer.from(String(parent[key]), 'base64')
  // In its last quarter: the middle of a timestamp is the authority's certificate, which verifiers take from the root.
  const at = Math.floor(bytes.length * 0.9)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  parent[key] = bytes.toString('base64')

  expect(() => verify(changed)).toThrow(/.+/)
})

test.each([
  ['the envelope', ['dsseEnvelope']],
  ['the signatures', ['dsseEnvelope', 'signatures']],
  ['the certificate', ['verificationMaterial', 'certificate']],
  ['the timestamps', ['verificationMaterial', 'timestampVerificationData']],
  ['the verification material', ['verificationMaterial']],
])('it fails when %s is taken out', (_what, path) => {
  const changed: unknown = JSON.parse(bundle.toString())
  const [parent, key] = parentOf(changed, path)
  Reflect.deleteProperty(parent, key)

  expect(() => verify(changed)).toThrow(/.+/)
})

function parentOf(root: unknown, path: readonly string[]): [Record<string, unknown>, string] {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((node, key) => Reflect.get(Object(node), key), root)
  return [parent as Record<string, unknown>, path.at(-1) ?? '']
}
