import { randomUUID } from 'node:crypto'

import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob'
import { conflict } from '@chainloop/kit/errors'

import { type Digest, hexOf } from '../../digest.ts'
import type { BlobInfo } from '../backend.ts'
import { AUTHOR, isOurs, nameFrom, nameMetadata } from '../remote/names.ts'
import type { Outcome, PartStorage, PartUpload, SentBlob } from '../remote/put-in-parts.ts'
import { answerOf, azureError, rethrow } from './errors.ts'

/** Azure: "Scalability and performance targets for Blob storage". */
const MAX_BLOCKS = 50_000
const PARALLEL_BLOCKS = 3
const UTF8_NAME = 'filename_utf8'

export interface Container {
  readonly client: ContainerClient
  readonly prefix: string
}

export function blobOf({ client, prefix }: Container, digest: Digest): BlockBlobClient {
  return client.getBlockBlobClient(`${prefix}${digest}`)
}

export function azurePartStorage(container: Container): PartStorage {
  return {
    parallelParts: PARALLEL_BLOCKS,
    maxParts: MAX_BLOCKS,
    // Blocks that nobody commits stay for a week.
    keepsParts: true,
    stat: (digest) => statBlob(container, digest),
    whole: (blob, content, known) => putBlob(container, blob, { content, known }),
    begin: (blob) => Promise.resolve(stageBlocks(container, blob)),
  }
}

export async function statBlob(
  container: Container,
  digest: Digest,
): Promise<BlobInfo | undefined> {
  const found = await blobOf(container, digest)
    .getProperties()
    .catch((cause: unknown) => {
      // HEAD answers have no body, but a header with the code: a missing container is made when it is needed.
      if (answerOf(cause).status === 404) return undefined
      throw azureError(cause)
    })
  if (!found) return undefined
  const metadata = found.metadata ?? {}
  if (!isOurs(metadata)) {
    throw conflict('there is a blob of that digest that Chainloop has not stored', {
      reason: 'FOREIGN_OBJECT',
    })
  }
  return {
    digest,
    size: found.contentLength ?? 0,
    name: nameFrom(metadata, UTF8_NAME) ?? hexOf(digest),
  }
}

const NEW_ONLY = { conditions: { ifNoneMatch: '*' } }

function settingsOf({ name }: SentBlob) {
  return {
    metadata: { Author: AUTHOR, ...azureNames(name) },
    blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
  }
}

/** `Filename` is how it is called in existing data. */
function azureNames(name: string): Record<string, string> {
  const { filename = '', ...rest } = nameMetadata(name, UTF8_NAME)
  return { Filename: filename, ...rest }
}

async function putBlob(
  container: Container,
  blob: SentBlob,
  { content, known }: { readonly content: Uint8Array; readonly known: boolean },
): Promise<Outcome> {
  const client = blobOf(container, blob.digest)
  const options = { ...settingsOf(blob), ...(blob.isThere && !known ? {} : NEW_ONLY) }
  const outcome = await storedOnce(container, blob.digest, () =>
    inContainer(container, () => client.upload(content, content.byteLength, options)),
  )
  return known ? 'existed' : outcome
}

function stageBlocks(container: Container, blob: SentBlob): PartUpload {
  const client = blobOf(container, blob.digest)
  // Blocks of uploads of the same blob at the same time must not mix.
  const upload = randomUUID()
  const ids: string[] = []
  return {
    async send(index, content) {
      const id = Buffer.from(`${upload}-${String(index).padStart(6, '0')}`).toString('base64')
      await inContainer(container, () => client.stageBlock(id, content, content.byteLength)).catch(
        rethrow,
      )
      ids[index] = id
    },
    // A known blob is written once more as it was, which takes as long and leaves no blocks.
    complete: (known) =>
      storedOnce(container, blob.digest, () =>
        client.commitBlockList(ids, { ...settingsOf(blob), ...(blob.isThere ? {} : NEW_ONLY) }),
      ).then((outcome) => (known ? 'existed' : outcome)),
    abort: () => Promise.resolve(),
  }
}

/** 409: it is there, or may not be written again; 400 InvalidBlockList: another upload of the same blob was faster. */
async function storedOnce(
  container: Container,
  digest: Digest,
  send: () => Promise<unknown>,
): Promise<Outcome> {
  try {
    await send()
    return 'stored'
  } catch (cause) {
    const { status, code } = answerOf(cause)
    const taken = status === 409 || status === 412 || code === 'InvalidBlockList'
    if (taken && (await statBlob(container, digest))) return 'existed'
    throw azureError(cause)
  }
}

/** Makes the container when it is missing. */
async function inContainer<T>({ client }: Container, send: () => Promise<T>): Promise<T> {
  try {
    return await send()
  } catch (cause) {
    if (answerOf(cause).code !== 'ContainerNotFound') throw cause
    await client.createIfNotExists()
    return send()
  }
}
