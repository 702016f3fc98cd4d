import { randomUUID } from 'node:crypto'

import { silentLogger } from '@chainloop/kit/logger'
import pg from 'pg'

import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open-database.ts'
import { openQueue } from '../db/queue.ts'
import { TEMPLATE_QUEUE, templateKey } from './template.ts'

/** A migrated database with the queue installed, copied from one that the first test makes; dropped with the handle. */
export async function copyTemplate(
  serverUrl: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const template = `chainloop_template_${await templateKey()}`
  const name = `chainloop_test_${randomUUID().replaceAll('-', '')}`
  await administer(serverUrl, async (admin) => {
    // Held until the connection ends: the tests of the other processes wait here for the one that makes the template.
    await admin.query('select pg_advisory_lock(hashtext($1))', [template])
    const made = await admin.query('select from pg_database where datname = $1', [template])
    if (made.rowCount === 0) await makeTemplate(admin, serverUrl, template)
  })
  await administer(serverUrl, (admin) =>
    admin.query(`create database ${name} template ${template}`),
  )
  return {
    url: databaseAt(serverUrl, name),
    [Symbol.asyncDispose]: async () => {
      await administer(serverUrl, (admin) => admin.query(`drop database ${name} with (force)`))
    },
  }
}

async function makeTemplate(admin: pg.Client, serverUrl: string, template: string): Promise<void> {
  const partial = `${template}_partial`
  await admin.query(`drop database if exists ${partial} with (force)`)
  await admin.query(`create database ${partial}`)
  await fill(databaseAt(serverUrl, partial))
  await admin.query(`alter database ${partial} rename to ${template}`)
}

async function fill(url: string): Promise<void> {
  await using database = await openDatabase({ url, poolSize: 1 })
  await migrate(database.db)
  const where = { databaseUrl: url, schema: TEMPLATE_QUEUE, log: silentLogger }
  await using _queue = await openQueue(database, where)
}

function databaseAt(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function administer(
  url: string,
  work: (admin: pg.Client) => Promise<unknown>,
): Promise<void> {
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
