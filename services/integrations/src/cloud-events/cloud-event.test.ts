import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../testing/attestation.ts'
import { assertCloudEvent } from '../testing/cloud-event.ts'
import { attestationEvent, materialEvent } from './cloud-event.ts'

test('the event says where the attestation is from, and holds its exact bytes', () => {
  const event = attestationEvent(exampleAttestation, { id: 'key-1', includeBundle: true })

  const { data } = assertCloudEvent(JSON.parse(JSON.stringify(event)))
  expect(event).toMatchObject({
    id: 'key-1',
    source: '/chainloop/default/shop/build',
    type: 'dev.chainloop.attestation.stored.v1',
    subject: exampleAttestation.digest,
    time: '2026-11-23T10:01:00.000Z',
  })
  expect(data).toMatchObject({
    project: { name: 'shop', version: 'v1' },
    run: { state: 'success', startedAt: '2026-11-23T10:00:00.000Z' },
    policies: { status: exampleAttestation.policies.status },
    attestation: {
      digest: exampleAttestation.digest,
      bundle: Buffer.from(exampleAttestation.bundle).toString('base64'),
      statement: exampleAttestation.statement,
    },
  })
})

test('without the bundle it stays small', () => {
  const event = attestationEvent(exampleAttestation, { id: 'key-1', includeBundle: false })

  expect(event.data).toMatchObject({ attestation: { digest: exampleAttestation.digest } })
  expect(JSON.stringify(event).length).toBeLessThan(1500)
})

test('names that are no part of an address are written as one', () => {
  const odd = { ...exampleAttestation, workflow: { id: '1', name: 'a/b c' } }
  const material = { name: 'sbom', kind: 'SARIF', digest: 'sha256:1', bytes: Buffer.from('x') }

  const event = materialEvent(odd, { id: 'key-1', material })

  assertCloudEvent(event)
  expect(event.source).toBe('/chainloop/default/shop/a%2Fb%20c')
  expect(event.data).toMatchObject({ material: { content: 'eA==' } })
})
