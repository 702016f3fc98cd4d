import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Client } from '../client.ts'
import { type SessionTokens, toSessionTokens } from './session-tokens.ts'

export interface BrowserSignIn {
  readonly client: Pick<Client, 'sessions'>
  /** Where the installation begins a sign-in. */
  readonly loginUrl: string
  /** What the session is called in lists. */
  readonly clientName: string
  /** Has to show the address to the person. */
  readonly open: (url: string) => Promise<void>
  readonly signal: AbortSignal
}

/**
 * Listens on loopback for the browser that comes back from the sign-in, and exchanges what it brings. Another program on
 * the same machine that sees the code cannot use it: the PKCE verifier stays here.
 */
export async function signInByBrowser({
  client,
  loginUrl,
  clientName,
  open,
  signal,
}: BrowserSignIn): Promise<SessionTokens> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const query = new URLSearchParams({
      callback: `http://127.0.0.1:${port}${PATH}`,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      client: clientName,
    })
    const coming = codeFrom(server, state, signal)
    await open(`${loginUrl}?${query.toString()}`)
    const { tokens } = await client.sessions.exchange({
      code: await coming,
      codeVerifier: verifier,
    })
    return toSessionTokens(tokens)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

const PATH = '/auth/callback'

/** What does not have our state is not ours, and changes nothing. */
function codeFrom(server: Server, state: string, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  signal.addEventListener('abort', () => {
    reject(signal.reason as Error)
  })
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    const code = url.searchParams.get('code')
    if (url.pathname !== PATH || url.searchParams.get('state') !== state || code === null) {
      res.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here\n')
      return
    }
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    res.end(DONE, () => {
      resolve(code)
    })
  })
  return promise
}

const DONE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed in · Chainloop</title>
<style>:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.55 system-ui,sans-serif}main{text-align:center;padding:2rem}</style>
<main><h1>You are signed in</h1><p>Go back to your terminal; you can close this window.</p></main></html>
`
