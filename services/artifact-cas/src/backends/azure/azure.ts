import type { Digest } from '../../digest.ts'
import { toDigest } from '../../digest.ts'
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
import { type AzureIdentity, createAzureClient } from './client.ts'
import { parseAzureCredentials } from './credentials.ts'
import { answerOf, azureError } from './errors.ts'
import { parseAzureLocation } from './location.ts'
import { azurePartStorage, blobOf, type Container, statBlob } from './part-storage.ts'

/** Azure Blob storage. Blobs are called `sha256:<hex>`, as existing ones are. */
export function azureProvider(deps: RemoteDeps, identity: AzureIdentity = {}): BlobProvider {
  return {
    id: 'AzureBlob',
    open: rememberBackends(async (place) =>
      azureBackend(deps, await openContainer(deps, place, identity)),
    ),
    check: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function openContainer(
  { agents, ownIdentity, timeoutMs, retryDelayMs }: RemoteDeps,
  place: Place,
  identity: AzureIdentity,
): Promise<Container> {
  const credentials = parseAzureCredentials(await place.credentials())
  const { url } = parseAzureLocation(place.location, credentials)
  const { tenantID, clientID, clientSecret } = credentials
  const brought = [tenantID, clientID, clientSecret].some((each) => each !== undefined)
  const prefix = brought ? '' : ownIdentity.prefixFor('AzureBlob', place)
  const connection = { agents, timeoutMs, retryDelayMs }
  return { client: createAzureClient({ ...connection, credentials, url, ...identity }), prefix }
}

function azureBackend(deps: RemoteDeps, container: Container): BlobBackend {
  const storage = azurePartStorage(container)
  return {
    stat: (digest) => storage.stat(digest),
    put: (blob, bytes) => putInParts(deps, storage, { blob, bytes }),
    get: (digest, range) => getBlob(container, digest, range),
    async remove(digest) {
      try {
        await blobOf(container, digest).deleteIfExists()
      } catch (cause) {
        throw azureError(cause)
      }
    },
    list: () => listBlobs(container),
  }
}

function getBlob(container: Container, digest: Digest, range?: Range): Promise<BlobStream> {
  return readResuming(digest, range, {
    exists: async () => (await statBlob(container, digest)) !== undefined,
    open: (part) => openBlob(container, digest, part),
  })
}

async function openBlob(
  container: Container,
  digest: Digest,
  range: Range | undefined,
): Promise<Opened> {
  try {
    const { start, end } = range ?? { start: 0, end: undefined }
    const count = end === undefined ? undefined : end - start
    // Broken streams are gone on with above, for all storage alike.
    const options = { maxRetryRequests: 0 }
    const blob = await blobOf(container, digest).download(start, count, options)
    const body = blob.readableStreamBody as AsyncIterable<Uint8Array> | undefined
    return { body: named(body), size: blob.contentLength ?? 0 }
  } catch (cause) {
    if (answerOf(cause).status === 404) throw blobNotFound(digest)
    throw azureError(cause)
  }
}

async function* named(body: AsyncIterable<Uint8Array> | undefined): Bytes {
  try {
    if (body) yield* body
  } catch (cause) {
    throw azureError(cause)
  }
}

async function* listBlobs({ client, prefix }: Container): AsyncGenerator<ListedBlob> {
  try {
    for await (const { name, properties } of client.listBlobsFlat({ prefix: `${prefix}sha256:` })) {
      const digest = toDigest(name.slice(prefix.length))
      const { contentLength = 0, lastModified } = properties
      if (digest) yield { digest, size: contentLength, storedAt: lastModified }
    }
  } catch (cause) {
    throw azureError(cause)
  }
}
