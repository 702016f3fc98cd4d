import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'

import { type Digest, toDigest } from '../../digest.ts'
import type {
  BlobBackend,
  BlobProvider,
  BlobStream,
  Bytes,
  ListedBlob,
  Place,
  Range,
} from '../backend.ts'
import { blobNotFound } from '../refusals.ts'
import { rememberBackends } from '../remote/open-backends.ts'
import { putInParts } from '../remote/put-in-parts.ts'
import type { RemoteDeps } from '../remote/remote-deps.ts'
import { type Opened, readResuming } from '../remote/resuming-read.ts'
import { createS3Client } from './client.ts'
import { parseS3Credentials } from './credentials.ts'
import { answerOf, s3Error } from './errors.ts'
import { parseS3Location } from './location.ts'
import { type Bucket, objectOf, s3PartStorage, statObject } from './part-storage.ts'

/** Amazon S3 and what speaks its protocol. Objects are called `sha256:<hex>`, as existing ones are. */
export function s3Provider(deps: RemoteDeps): BlobProvider {
  return {
    id: 'AWS-S3',
    open: rememberBackends(async (place) => s3Backend(deps, await openBucket(deps, place))),
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function openBucket(
  { agents, ownIdentity, timeoutMs }: RemoteDeps,
  place: Place,
): Promise<Bucket> {
  const credentials = parseS3Credentials(await place.credentials())
  const location = parseS3Location(place.location, credentials.bucketName)
  const { accessKeyID, roleARN } = credentials
  const brought = accessKeyID !== undefined || roleARN !== undefined
  const { organizationId } = place
  return {
    client: createS3Client({ agents, credentials, location, organizationId, timeoutMs }),
    bucket: location.bucket,
    prefix: location.prefix + (brought ? '' : ownIdentity.prefixFor('AWS-S3', place)),
  }
}

function s3Backend(deps: RemoteDeps, place: Bucket): BlobBackend {
  const storage = s3PartStorage(place)
  return {
    stat: (digest) => storage.stat(digest),
    put: (blob, bytes) => putInParts(deps, storage, { blob, bytes }),
    get: (digest, range) => getObject(place, digest, range),
    async remove(digest) {
      try {
        await place.client.send(new DeleteObjectCommand(objectOf(place, digest)))
      } catch (cause) {
        throw s3Error(cause)
      }
    },
    list: () => listObjects(place),
  }
}

function getObject(place: Bucket, digest: Digest, range?: Range): Promise<BlobStream> {
  return readResuming(digest, range, {
    exists: async () => (await statObject(place, digest)) !== undefined,
    open: (part) => openObject(place, digest, part),
  })
}

async function openObject(
  place: Bucket,
  digest: Digest,
  range: Range | undefined,
): Promise<Opened> {
  try {
    const header = range && { Range: `bytes=${range.start}-${range.end - 1}` }
    const object = await place.client.send(
      new GetObjectCommand({ ...objectOf(place, digest), ...header }),
    )
    return { body: bytesOf(object.Body), size: object.ContentLength ?? 0 }
  } catch (cause) {
    const { status, code } = answerOf(cause)
    if (status === 404 && code !== 'NoSuchBucket') throw blobNotFound(digest)
    throw s3Error(cause)
  }
}

async function* bytesOf(body: unknown): Bytes {
  try {
    if (body) yield* body as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw s3Error(cause)
  }
}

async function* listObjects({ client, bucket, prefix }: Bucket): AsyncGenerator<ListedBlob> {
  const input = { Bucket: bucket, Prefix: `${prefix}sha256` }
  try {
    for await (const page of paginateListObjectsV2({ client }, input)) {
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const digest = toDigest(Key.slice(prefix.length))
        if (digest) yield { digest, size: Size, storedAt: LastModified ?? new Date(0) }
      }
    }
  } catch (cause) {
    throw s3Error(cause)
  }
}
