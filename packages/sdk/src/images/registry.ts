import type { IncomingMessage } from 'node:http'

import { sha256, type Digest } from '@chainloop/attestation/digest'

import { httpExchange, readBody } from '../http/request.ts'
import type { Login } from './docker-config.ts'

/** The registry has no such image, refuses to show it, or sent something else. */
export class ImageNotResolved extends Error {
  override readonly name = 'ImageNotResolved'
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')
const MAX_MANIFEST_BYTES = 4 << 20
const MAX_TOKEN_BYTES = 256 << 10

/** One repository of a registry (OCI distribution specification 1.1), read only. */
export interface Repository {
  /** Digest of the manifest or index that a tag or digest names, over the bytes received. */
  resolve(reference: string): Promise<Digest>
}

/** `repository` is fully qualified, `index.docker.io/library/nginx`. */
export function openRepository(repository: string, login: Login | undefined): Repository {
  let authorization: string | undefined
  const slash = repository.indexOf('/')
  const [host, path] = [repository.slice(0, slash), repository.slice(slash + 1)]
  const base = `${isLocal(host) ? 'http' : 'https'}://${host}/v2/${path}`

  const get = async (url: URL): Promise<IncomingMessage> => {
    const headers = { accept: ACCEPT }
    const response = await httpExchange(url, {
      headers: authorization === undefined ? headers : { ...headers, authorization },
    })
    if (response.statusCode !== 401 || authorization !== undefined) return response

    response.resume()
    authorization = await authorize(response.headers['www-authenticate'] ?? '', path, login)
    if (authorization === undefined) return response
    return httpExchange(url, { headers: { ...headers, authorization } })
  }

  return {
    async resolve(reference) {
      const response = await get(new URL(`${base}/manifests/${encodeURIComponent(reference)}`))
      const name = `${repository}${reference.includes(':') ? '@' : ':'}${reference}`
      if (response.statusCode !== 200) {
        response.resume()
        throw new ImageNotResolved(`${name}: ${meaningOf(response.statusCode)}`)
      }
      const digest = sha256(await readBody(response, MAX_MANIFEST_BYTES))
      const asked = reference.includes(':') ? reference : response.headers['docker-content-digest']
      if (typeof asked === 'string' && asked !== digest) {
        throw new ImageNotResolved(`${name}: the registry sent a manifest with digest ${digest}`)
      }
      return digest
    },
  }
}

function meaningOf(status: number | undefined): string {
  if (status === 404) return 'no such image'
  if (status === 401 || status === 403) return 'the registry asks for a login that may read it'
  return `the registry answered with status ${status}`
}

/** Registries on this machine are spoken to in cleartext, as docker does. */
function isLocal(host: string): boolean {
  return /^(?:localhost|[\w-]+\.localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host)
}

async function authorize(
  challenge: string,
  path: string,
  login: Login | undefined,
): Promise<string | undefined> {
  const basic =
    login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  if (/^basic\b/i.test(challenge)) return basic

  const { realm, service } = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  )
  if (realm === undefined || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  url.searchParams.set('scope', `repository:${path}:pull`)

  const response = await httpExchange(url, { headers: basic ? { authorization: basic } : {} })
  if (response.statusCode !== 200) {
    response.resume()
    return undefined
  }
  return bearer(await readBody(response, MAX_TOKEN_BYTES))
}

function bearer(body: Buffer): string | undefined {
  const { token, access_token: accessToken } = JSON.parse(body.toString('utf8')) as {
    token?: unknown
    access_token?: unknown
  }
  const value = token ?? accessToken
  return typeof value === 'string' ? `Bearer ${value}` : undefined
}
