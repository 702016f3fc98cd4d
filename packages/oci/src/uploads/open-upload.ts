import type { Readable } from 'node:stream'

import { OciError } from '../errors.ts'
import { scopeOf, type RegistryRequest, type Repository } from '../registry.ts'
import { resolveAddress } from '../transport/follow-redirects.ts'
import { headerOf, type Answer } from '../transport/send-once.ts'

/** An upload session of a registry. Its address changes with every answer. */
export interface Upload {
  /** Least bytes of a chunk that is not the last, if the registry has a wish. */
  readonly minChunk: number
  /** A PATCH with a chunk, or a PUT that ends the upload. */
  readonly send: (part: Part) => Promise<Answer>
  /** Bytes that the registry has. */
  readonly received: () => Promise<number>
  readonly cancel: () => Promise<void>
}

export interface Part {
  readonly method: 'PATCH' | 'PUT'
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | Readable
  readonly expected: readonly number[]
  readonly signal?: AbortSignal | undefined
}

/** Registries move the bytes to their place before they answer; that takes as long as the storage takes. */
const FINISH_TIMEOUT_MS = 300_000

/** Distribution specification §Pushing blobs: obtain a session. */
export async function openUpload(repository: Repository, signal?: AbortSignal): Promise<Upload> {
  const opened = await repository.registry.send({
    method: 'POST',
    path: `${repository.name}/blobs/uploads/`,
    expected: [202],
    scopes: [scopeOf(repository.name, 'pull,push')],
    headers: { 'content-length': '0' },
    signal,
  })
  await opened.discard()
  return uploadAt(repository, opened)
}

/** A session that an answer (202 with `Location`) began. */
export function uploadAt({ registry, name }: Repository, opened: Answer): Upload {
  const scopes = [scopeOf(name, 'pull,push')]
  let address = addressIn(opened, registry.base)
  const minChunk = Number(headerOf(opened, 'oci-chunk-min-length') ?? 0)

  const request = (part: Omit<RegistryRequest, 'path' | 'scopes'>): Promise<Answer> =>
    registry.send({ ...part, path: address, scopes })

  return {
    minChunk: Number.isSafeInteger(minChunk) && minChunk > 0 ? minChunk : 0,

    async send({ query, ...part }) {
      const target = query === undefined ? address : withQuery(address, query)
      const answer = await registry.send({
        ...part,
        path: target,
        scopes,
        repeat: false,
        headersTimeoutMs: FINISH_TIMEOUT_MS,
      })
      await answer.discard()
      if (answer.status === 202) address = addressIn(answer, registry.base)
      return answer
    },

    async received() {
      const answer = await request({ method: 'GET', expected: [204, 202, 200] })
      await answer.discard()
      if (headerOf(answer, 'location') !== undefined) address = addressIn(answer, registry.base)
      return endOf(answer)
    },

    async cancel() {
      const answer = await request({
        method: 'DELETE',
        expected: [204, 202, 200, 404, 405],
        repeat: false,
        headersTimeoutMs: 5000,
      })
      await answer.discard()
    },
  }
}

/** `Range: 0-<last byte>`, as many bytes as that are there; without the header none. */
export function endOf(answer: Answer): number {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(headerOf(answer, 'range') ?? '')?.[1]
  // An empty upload says `0-0`, too; the caller knows whether one byte can have arrived.
  return last === undefined || last === '0' ? 0 : Number(last) + 1
}

function addressIn(answer: Answer, base: URL): URL {
  const location = headerOf(answer, 'location')
  if (location === undefined) {
    throw new OciError('malformed', `${base.host} accepts an upload and does not say where`)
  }
  return resolveAddress(location, answer.url, base)
}

/** Appended as text: the registry may have signed the query that it gave. */
function withQuery(address: URL, query: string): URL {
  const url = new URL(address)
  url.search = url.search === '' ? `?${query}` : `${url.search}&${query}`
  return url
}
