import type { Digest } from '../../digest.ts'
import type { BlobBackend, BlobProvider, BlobStream, Place, Range } from '../backend.ts'
import { rememberBackends } from '../remote/open-backends.ts'
import { type PartStorage, putInParts } from '../remote/put-in-parts.ts'
import type { RemoteDeps } from '../remote/remote-deps.ts'
import { readResuming } from '../remote/resuming-read.ts'
import { createGcsClient } from './client.ts'
import { parseGcsCredentials } from './credentials.ts'
import { parseGcsLocation } from './location.ts'
import {
  type Bucket,
  isThere,
  listObjects,
  openObject,
  removeObject,
  statObject,
} from './objects.ts'
import { beginUpload } from './upload.ts'

/** Google Cloud Storage by its JSON API. Objects are called `sha256:<hex>`. */
export function gcsProvider(deps: RemoteDeps): BlobProvider {
  return {
    id: 'GCS',
    open: rememberBackends(async (place) => gcsBackend(deps, await openBucket(deps, place))),
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function openBucket(
  { agents, ownIdentity, timeoutMs, retryDelayMs }: RemoteDeps,
  place: Place,
): Promise<Bucket> {
  const credentials = parseGcsCredentials(await place.credentials())
  const location = parseGcsLocation(place.location)
  const brought = credentials.client_email !== undefined || credentials.private_key !== undefined
  const own = brought ? '' : ownIdentity.prefixFor('GCS', place)
  const send = await createGcsClient({ agents, credentials, timeoutMs, retryDelayMs })
  return { ...location, prefix: location.prefix + own, send }
}

function gcsBackend(deps: RemoteDeps, bucket: Bucket): BlobBackend {
  const storage = partStorage(bucket)
  return {
    stat: (digest) => storage.stat(digest),
    put: (blob, bytes) => putInParts(deps, storage, { blob, bytes }),
    get: (digest, range) => getObject(bucket, digest, range),
    remove: (digest) => removeObject(bucket, digest),
    list: () => listObjects(bucket),
  }
}

/** Google: "Quotas and limits": 5 TiB per object, in parts of 8 MiB. */
const MAX_PARTS = 655_360

function partStorage(bucket: Bucket): PartStorage {
  return {
    // The parts of a resumable upload come one after the other.
    parallelParts: 1,
    maxParts: MAX_PARTS,
    keepsParts: false,
    stat: (digest) => statObject(bucket, digest),
    begin: (blob) => beginUpload(bucket, blob),
    async whole(blob, content, known) {
      const upload = await beginUpload(bucket, blob)
      try {
        await upload.send(0, content)
        return await upload.complete(known)
      } catch (cause) {
        await upload.abort().catch(() => {})
        throw cause
      }
    },
  }
}

function getObject(bucket: Bucket, digest: Digest, range?: Range): Promise<BlobStream> {
  return readResuming(digest, range, {
    exists: () => isThere(bucket, digest),
    open: (part) => openObject(bucket, digest, part),
  })
}
