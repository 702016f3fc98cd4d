import { randomBytes } from 'node:crypto'

import pg from 'pg'

/** A database of its own on the server that TEST_DATABASE_URL names, dropped with the handle. */
export async function temporaryDatabase(
  serverUrl: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const name = `chainloop_e2e_${randomBytes(6).toString('hex')}`
  await administer(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => administer(serverUrl, `drop database ${name} with (force)`),
  }
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
