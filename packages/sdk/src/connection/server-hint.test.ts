import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, ConnectError } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { serverHint } from './server-hint.ts'

function refusal(metadata: Record<string, string>): ConnectError {
  const details = [
    { desc: ErrorInfoSchema, value: { reason: 'NO', domain: 'chainloop', metadata } },
  ]
  return new ConnectError('refused', Code.FailedPrecondition, undefined, details)
}

test('the hint of a server is found in its answer', () => {
  expect(serverHint(refusal({ hint: 'wait for the task to end' }))).toBe('wait for the task to end')
})

test.each([refusal({}), refusal({ hint: '' }), new Error('refused'), undefined])(
  'nobody hints at anything in %s',
  (error) => {
    expect(serverHint(error)).toBeUndefined()
  },
)
