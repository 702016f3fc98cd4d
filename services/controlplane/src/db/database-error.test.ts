import { DomainError } from '@chainloop/kit/errors'
import { expect, test } from '@jest/globals'
import { sql } from 'kysely'

import { databaseError } from './database-error.ts'
import { openDatabase } from './open-database.ts'

test.each([
  [{ code: 'ECONNREFUSED' }, 'unavailable'],
  [{ code: '57P01' }, 'unavailable'],
  [{ code: '53300' }, 'unavailable'],
  [{ code: '25006' }, 'unavailable'],
  [{ code: 'EHOSTUNREACH' }, 'unavailable'],
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

const server = process.env['TEST_DATABASE_URL']
const onServer = server === undefined ? test.skip : test

onServer('connections that the server ends fail what uses them, and nothing else', async () => {
  await using admin = await openDatabase({ url: server ?? '' })
  await using victim = await openDatabase({ url: server ?? '', poolSize: 2 })
  const backend = async (db: typeof victim.db): Promise<number> => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    return rows[0]?.pid ?? 0
  }

  const failure = await victim.db
    .transaction()
    .execute(async (tx) => {
      const pids = [await backend(tx), await backend(victim.db)]
      for (const pid of pids) await sql`select pg_terminate_backend(${pid}, 5000)`.execute(admin.db)
      await new Promise((resolve) => setImmediate(resolve))
      await backend(tx)
    })
    .catch((cause: unknown) => cause)

  expect(databaseError(failure)?.code).toBe('unavailable')
  expect(await backend(victim.db)).toBeGreaterThan(0)
})
