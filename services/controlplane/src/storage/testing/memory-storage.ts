import { createHash } from 'node:crypto'

import { invalid, unimplemented } from '@chainloop/kit/errors'

import { BlobProblem, type StorageAccess, type StoragePlace } from '../storage-access.ts'

export interface MemoryStorage extends StorageAccess {
  /** Of a backend, by digest. */
  blobs(backendId: string): Map<string, Uint8Array>
  put(backendId: string, content: string, storedAt?: Date): string
  /** What was asked for, in order. */
  readonly calls: string[]
  /** Runs before each call is answered; throws to have it fail. */
  before: (call: string) => Promise<void> | void
  canRemove: boolean
}

export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** What the artifact CAS does, without it. */
export function memoryStorage(): MemoryStorage {
  const backends = new Map<string, Map<string, Uint8Array>>()
  const times = new Map<string, Date>()
  const calls: string[] = []

  function blobs(id: string): Map<string, Uint8Array> {
    const found = backends.get(id) ?? new Map<string, Uint8Array>()
    backends.set(id, found)
    return found
  }

  async function called(call: string): Promise<void> {
    calls.push(call)
    await storage.before(call)
  }

  function sound({ id }: StoragePlace, digest: string): Uint8Array {
    const bytes = blobs(id).get(digest)
    if (!bytes) throw new BlobProblem('missing', `blob ${digest} not found`)
    if (digestOf(bytes) !== digest) throw new BlobProblem('rotten', `${digest} is damaged`)
    return bytes
  }

  const storage: MemoryStorage = {
    calls,
    blobs,
    before: () => {},
    canRemove: true,
    put(backendId, content, storedAt = new Date()) {
      const digest = digestOf(content)
      blobs(backendId).set(digest, Buffer.from(content))
      times.set(digest, storedAt)
      return digest
    },
    async probe({ location }) {
      await called(`probe ${location}`)
      if (location.includes('broken')) throw invalid('the registry says 401')
    },
    async copy({ from, to, digest }) {
      await called(`copy ${digest}`)
      const bytes = sound(from, digest)
      blobs(to.id).set(digest, bytes)
      return bytes.length
    },
    async verify({ id }, { digest }) {
      await called(`verify ${digest}`)
      const size = blobs(id).get(digest)?.length ?? 0
      try {
        sound({ id } as StoragePlace, digest)
        return { condition: 'sound', size, detail: '' }
      } catch (cause) {
        if (!(cause instanceof BlobProblem)) throw cause
        return { condition: cause.kind, size, detail: cause.message }
      }
    },
    remover:
      async ({ id }) =>
      async (digest) => {
        await called(`remove ${digest}`)
        if (!storage.canRemove) throw unimplemented('this storage cannot remove blobs')
        blobs(id).delete(digest)
      },
    async *list({ id }) {
      await called('list')
      yield [...blobs(id)].map(([digest, { length: size }]) => ({
        digest,
        size,
        storedAt: times.get(digest) ?? new Date(),
      }))
    },
  }
  return storage
}
