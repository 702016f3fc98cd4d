import { createHash } from 'node:crypto'

import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'

const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'chainloop.dev/attestation/v0.2',
  predicate: { metadata: { name: 'build' } },
}

export const exampleEnvelope = {
  payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
  payloadType: 'application/vnd.in-toto+json',
  signatures: [{ sig: Buffer.from('signature').toString('base64') }],
}

export const exampleBundle: Uint8Array = Buffer.from(
  JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    dsseEnvelope: exampleEnvelope,
  }),
)

export const exampleAttestation: DeliveredAttestation = {
  digest: `sha256:${createHash('sha256').update(exampleBundle).digest('hex')}`,
  bundle: exampleBundle,
  envelope: exampleEnvelope,
  statement,
  annotations: {},
  images: [],
  policies: { status: 'not_applicable', evaluations: [] },
  evidence: { pending: false, items: [] },
  organization: 'default',
  project: { name: 'shop', version: 'v1' },
  workflow: { id: '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a01', name: 'build' },
  run: {
    id: '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a02',
    state: 'success',
    startedAt: new Date('2026-11-23T10:00:00Z'),
    finishedAt: new Date('2026-11-23T10:01:00Z'),
    runnerType: 'GITHUB_ACTION',
    runnerUrl: 'https://ci.example/1',
  },
}
