import { DomainError } from '@chainloop/kit/errors'
import { expect, test } from '@jest/globals'

import { databaseError } from './database-error.ts'
import { openDatabase } from './open-database.ts'

test.each([
  [{ code: 'ECONNREFUSED' }, 'unavailable'],
  [{ code: '57P01' }, 'unavailable'],
  [{ code: '53300' }, 'unavailable'],
  [{ code: '08006' }, 'unavailable'],
  [{ message: 'Connection terminated unexpectedly' }, 'unavailable'],
  [{ message: 'timeout exceeded when trying to connect' }, 'unavailable'],
  [{ code: '40P01' }, 'aborted'],
  [{ code: '40001' }, 'aborted'],
  [{ code: '23505' }, undefined],
  [{ code: '22P02' }, undefined],
  [new DomainError('invalid', 'no'), undefined],
  ['text', undefined],
  [null, undefined],
])('%j is told as %s', (cause, code) => {
  expect(databaseError(cause)?.code).toBe(code)
})

test('a server that is not there is unavailable', async () => {
  await using database = await openDatabase({ url: 'postgres://x@127.0.0.1:1/x' })

  const cause = await database.db
    .selectFrom('organizations')
    .selectAll()
    .execute()
    .catch((failure: unknown) => failure)

  expect(databaseError(cause)?.code).toBe('unavailable')
})
