import { conflict } from '@chainloop/kit/errors'

import { type Digest, hexOf, toDigest } from '../../digest.ts'
import type { BlobInfo, ListedBlob, Range } from '../backend.ts'
import { blobNotFound } from '../refusals.ts'
import { isOurs, type Metadata } from '../remote/names.ts'
import type { Opened } from '../remote/resuming-read.ts'
import { type GcsSend, rethrow, statusOf } from './client.ts'
import type { GcsLocation } from './location.ts'

export interface Bucket extends GcsLocation {
  readonly send: GcsSend
}

/** Google: JSON API, resource "Objects": what is read of it. */
interface ObjectResource {
  readonly name?: string
  /** A decimal number. */
  readonly size?: string
  readonly timeCreated?: string
  readonly metadata?: Metadata
}

export function nameOf({ prefix }: Bucket, digest: Digest): string {
  return `${prefix}${digest}`
}

function addressOf(bucket: Bucket, digest: Digest): string {
  const name = encodeURIComponent(nameOf(bucket, digest))
  return `${bucket.endpoint}/storage/v1/b/${bucket.bucket}/o/${name}`
}

export async function isThere(bucket: Bucket, digest: Digest): Promise<boolean> {
  return (await statObject(bucket, digest)) !== undefined
}

export async function statObject(bucket: Bucket, digest: Digest): Promise<BlobInfo | undefined> {
  const url = addressOf(bucket, digest)
  const { data, status } = await bucket.send({ method: 'GET', url }, [200, 404]).catch(rethrow)
  if (status === 404) {
    await assertBucket(bucket)
    return undefined
  }
  const { size = '0', metadata = {} } = data as ObjectResource
  if (!isOurs(metadata)) {
    throw conflict('there is an object of that digest that Chainloop has not stored', {
      reason: 'FOREIGN_OBJECT',
    })
  }
  return { digest, size: Number(size), name: metadata['filename'] ?? hexOf(digest) }
}

/** An answer 404 is the same for a missing object and a missing bucket; listing tells. */
async function assertBucket({ send, endpoint, bucket }: Bucket): Promise<void> {
  const url = `${endpoint}/storage/v1/b/${bucket}/o?maxResults=1&prefix=chainloop-none`
  const { status } = await send({ method: 'GET', url }, [200, 404]).catch(rethrow)
  if (status === 404) {
    throw conflict('the location is not there (404)', { reason: 'STORAGE_MISSING' })
  }
}

export async function openObject(
  bucket: Bucket,
  digest: Digest,
  range: Range | undefined,
): Promise<Opened> {
  const header = range && { headers: { range: `bytes=${range.start}-${range.end - 1}` } }
  const request = {
    method: 'GET',
    url: `${addressOf(bucket, digest)}?alt=media`,
    stream: true,
  } as const
  const answer = await bucket
    .send({ ...request, ...header }, range ? [206] : [200])
    .catch((cause: unknown) => {
      if (statusOf(cause) === 404) throw blobNotFound(digest)
      return rethrow(cause)
    })
  return {
    body: answer.data as AsyncIterable<Uint8Array>,
    size: Number(answer.headers.get('content-length') ?? 0),
  }
}

export async function removeObject(bucket: Bucket, digest: Digest): Promise<void> {
  const url = addressOf(bucket, digest)
  await bucket.send({ method: 'DELETE', url }, [200, 204, 404]).catch(rethrow)
}

export async function* listObjects(bucket: Bucket): AsyncGenerator<ListedBlob> {
  const { endpoint, prefix, send } = bucket
  let page: string | undefined
  do {
    const query = new URLSearchParams({ prefix: `${prefix}sha256:` })
    if (page !== undefined) query.set('pageToken', page)
    const url = `${endpoint}/storage/v1/b/${bucket.bucket}/o?${query.toString()}`
    const { data } = await send({ method: 'GET', url }, [200]).catch(rethrow)
    const { items = [], nextPageToken } = data as {
      readonly items?: readonly ObjectResource[]
      readonly nextPageToken?: string
    }
    for (const { name = '', size = '0', timeCreated } of items) {
      const digest = toDigest(name.slice(prefix.length))
      const storedAt = new Date(timeCreated ?? 0)
      if (digest) yield { digest, size: Number(size), storedAt }
    }
    page = nextPageToken
  } while (page !== undefined && page !== '')
}
