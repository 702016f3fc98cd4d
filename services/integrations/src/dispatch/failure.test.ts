import { EgressRefused } from '@chainloop/kit/egress/guard'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { expect, test } from '@jest/globals'

import { toDeliveryError } from './failure.ts'

const nested = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('connect refused'), { code }) })

test.each([
  [new EgressRefused('not allowed'), 'permanent', 'not allowed'],
  [new DeliveryError('throttled', 'slow down'), 'throttled', 'slow down'],
  [nested('ECONNREFUSED'), 'retryable', 'connect refused (ECONNREFUSED)'],
  [
    AbortSignal.timeout(0).reason ?? new DOMException('x', 'TimeoutError'),
    'retryable',
    'the target did not answer in time',
  ],
  [AbortSignal.abort().reason, 'retryable', 'the attempt was interrupted'],
  ['a string', 'retryable', 'a string'],
  [undefined, 'retryable', 'undefined'],
])('%p is %s', (cause, errorClass, message) => {
  expect(toDeliveryError(cause)).toMatchObject({ errorClass, message })
})
