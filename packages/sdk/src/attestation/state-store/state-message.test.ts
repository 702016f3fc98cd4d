import { sha256 } from '@chainloop/attestation/digest'
import type { Material } from '@chainloop/attestation/materials/material'
import { expect, test } from '@jest/globals'

import { exampleSession } from '../../testing/example-session.test.fixture.ts'
import { fromStateMessage } from './state-from-message.ts'
import { toStateMessage } from './state-message.ts'

test('an empty report that is embedded is so after the way through the control plane', () => {
  const { state } = exampleSession()
  const material: Material = {
    name: 'secrets',
    kind: 'TRUFFLEHOG_JSON',
    digest: sha256(Buffer.alloc(0)),
    what: { type: 'file', filename: 'secrets.json', content: new Uint8Array() },
    size: 0,
    uploaded: false,
    inline: true,
    output: false,
    required: true,
    annotations: { 'chainloop.material.size': '0' },
    addedAt: new Date(0),
  }

  const back = fromStateMessage(toStateMessage({ ...state, materials: [material] }, ''))

  expect(back.materials).toEqual([material])
})
