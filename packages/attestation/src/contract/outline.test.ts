import { expect, test } from '@jest/globals'

import { outlineOf } from './outline.ts'

test.each([
  ['kind: Policy\nmetadata: { name: p }\n', { kind: 'Policy', name: 'p' }],
  ['{"kind": "Contract", "metadata": {"name": 1}}', { kind: 'Contract', name: '' }],
  ['schemaVersion: v1', { kind: '', name: '' }],
  ['kind: [', { kind: '', name: '' }],
  ['- kind: Policy', { kind: '', name: '' }],
  ['', { kind: '', name: '' }],
  ['\u00ff\u00fe', { kind: '', name: '' }],
])('%j says that it is %j', (text, outline) => {
  expect(outlineOf(Buffer.from(text, 'latin1'))).toEqual(outline)
})
