import { createHash } from 'node:crypto'

import { invalid, unimplemented } from '@chainloop/kit/errors'

import {
  type BlobCopy,
  BlobProblem,
  type StorageAccess,
  type StoragePlace,
  type Verdict,
} from '../storage-access.ts'

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
  const storage: MemoryStorage = {
    calls: [],
    before: () => {},
    canRemove: true,
    blobs(id) {
      const found = backends.get(id) ?? new Map<string, Uint8Array>()
      backends.set(id, found)
      return found
    },
    put(backendId, content, storedAt = new Date()) {
      const digest = digestOf(content)
      storage.blobs(backendId).set(digest, Buffer.from(content))
      times.set(digest, storedAt)
      return digest
    },
    probe: (place) => probe(storage, place),
    copy: (copy) => copyBlob(storage, copy),
    verify: (place, { digest }) => verify(storage, place, digest),
    remover: async (place) => (digest) => remove(storage, place, digest),
    async *list({ id }) {
      await called(storage, 'list')
      yield [...storage.blobs(id)].map(([digest, { length: size }]) => ({
        digest,
        size,
        storedAt: times.get(digest) ?? new Date(),
      }))
    },
  }
  return storage
}

async function called(storage: MemoryStorage, call: string): Promise<void> {
  storage.calls.push(call)
  await storage.before(call)
}

async function probe(storage: MemoryStorage, { location }: StoragePlace): Promise<void> {
  await called(storage, `probe ${location}`)
  if (location.includes('broken')) throw invalid('the registry says 401')
}

async function copyBlob(storage: MemoryStorage, { from, to, digest }: BlobCopy): Promise<number> {
  await called(storage, `copy ${digest}`)
  const bytes = sound(storage, from, digest)
  storage.blobs(to.id).set(digest, bytes)
  return bytes.length
}

async function verify(
  storage: MemoryStorage,
  place: StoragePlace,
  digest: string,
): Promise<Verdict> {
  await called(storage, `verify ${digest}`)
  const size = storage.blobs(place.id).get(digest)?.length ?? 0
  try {
    sound(storage, place, digest)
    return { condition: 'sound', size, detail: '' }
  } catch (cause) {
    if (!(cause instanceof BlobProblem)) throw cause
    return { condition: cause.kind, size, detail: cause.message }
  }
}

async function remove(storage: MemoryStorage, { id }: StoragePlace, digest: string): Promise<void> {
  await called(storage, `remove ${digest}`)
  if (!storage.canRemove) throw unimplemented('this storage cannot remove blobs')
  storage.blobs(id).delete(digest)
}

function sound(storage: MemoryStorage, { id }: StoragePlace, digest: string): Uint8Array {
  const bytes = storage.blobs(id).get(digest)
  if (!bytes) throw new BlobProblem('missing', `blob ${digest} not found`)
  if (digestOf(bytes) !== digest) throw new BlobProblem('rotten', `${digest} is damaged`)
  return bytes
}
