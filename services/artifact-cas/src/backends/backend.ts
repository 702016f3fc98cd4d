import type { Digest } from '../digest.ts'

export type Bytes = AsyncIterable<Uint8Array>

export interface BlobInfo {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  /** As it was called when it was first stored. */
  readonly name: string
}

/** What a client says about the bytes that it is about to send. */
export interface DeclaredBlob {
  readonly digest: Digest
  /** Bytes; undefined when the client does not say. */
  readonly size: number | undefined
  readonly name: string
}

export interface Stored {
  /** Bytes. */
  readonly size: number
  /** Equal bytes were there already, and these were dropped after they had been checked. */
  readonly existed: boolean
}

/** From `start` up to, not including, `end`, in bytes. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The bytes of a blob. Each block belongs to whoever got it. */
export interface BlobStream extends Bytes {
  /** Hands a block back to be filled again, which saves memory; nobody has to. */
  release?(block: Uint8Array<ArrayBuffer>): void
}

/**
 * Content-addressed storage of one organization: a digest names one sequence of bytes for ever, so `put` is
 * idempotent. `backend-contract.ts` is the suite that every implementation passes.
 */
export interface BlobBackend {
  stat(digest: Digest): Promise<BlobInfo | undefined>

  /**
   * Reads all bytes, hashes them, and makes them visible and durable only if they have the declared digest and
   * size; otherwise throws `invalid` (DIGEST_MISMATCH, SIZE_MISMATCH), or what `bytes` threw, and leaves nothing
   * behind. Does the same work whether the blob exists or not. Blocks are consumed: nobody may use them afterwards.
   */
  put(blob: DeclaredBlob, bytes: Bytes): Promise<Stored>

  /** Throws `not_found` before the first block. */
  get(digest: Digest, range?: Range): Promise<BlobStream>

  /** Durably removes a blob; nothing happens when there is none. Absent: this storage cannot remove. */
  remove?(digest: Digest): Promise<void>

  /** Every blob, in no order; what comes or goes meanwhile may be missed. Absent: this storage cannot list. */
  list?(): AsyncIterable<ListedBlob>
}

export interface ListedBlob {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly storedAt: Date
}

/** As the control plane's API calls them. */
export type ProviderId = 'FILESYSTEM' | 'OCI' | 'AWS-S3' | 'AzureBlob' | 'GCS'

/** Opens the storage that a transfer token names. One per provider. */
export interface BlobProvider extends AsyncDisposable {
  readonly id: ProviderId
  /** Throws `invalid` for a location that is none, and for credentials that are none. */
  open(place: Place): BlobBackend | Promise<BlobBackend>
  /** Whether it can be written to; throws with a message for operators. */
  readonly check: (signal: AbortSignal) => Promise<void>
}

/** Where an organization keeps its blobs. */
export interface Place {
  readonly organizationId: string
  readonly location: string
  /** Stays the same for as long as location and credentials do: what was opened for it may be used again. */
  readonly key: string
  /** What the operator gave with the location, as parsed JSON. Asked for only by providers that need it. */
  credentials(): Promise<unknown>
}
