import type { CasBackend } from '../cas-backends/cas-backend.ts'

/** A backend, as far as the artifact CAS has to know it. */
export type StoragePlace = Pick<
  CasBackend,
  | 'id'
  | 'organizationId'
  | 'provider'
  | 'location'
  | 'maxBlobBytes'
  | 'credentialsVersion'
  | 'sweepEpoch'
>

export interface Verdict {
  readonly condition: 'sound' | 'missing' | 'rotten'
  /** Bytes that were read. */
  readonly size: number
  /** For operators. */
  readonly detail: string
}

export interface ListedBlob {
  /** `sha256:<hex>`. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly storedAt: Date
}

/** What is wrong with a blob that was to be copied. */
export class BlobProblem extends Error {
  override readonly name = 'BlobProblem'
  readonly kind: 'missing' | 'rotten'

  constructor(kind: 'missing' | 'rotten', message: string) {
    super(message)
    this.kind = kind
  }
}

/**
 * The storage of organizations, through the artifact CAS, which alone reaches it. What the storage refuses is
 * `invalid` or `unimplemented`; everything throws `unavailable` when the CAS cannot be reached.
 */
export interface StorageAccess {
  /** Writes and reads something. `candidateId` names credentials on trial. Throws `invalid` with a message for operators. */
  probe(place: StoragePlace, candidateId?: string): Promise<void>
  /** Returns the bytes of the blob. Throws `BlobProblem`. */
  copy(copy: BlobCopy, signal: AbortSignal): Promise<number>
  verify(place: StoragePlace, check: BlobCheck, signal: AbortSignal): Promise<Verdict>
  /** The right to remove blobs, begun to be used within half a minute from now. Throws `unimplemented`. */
  remover(place: StoragePlace): Promise<(digest: string, signal: AbortSignal) => Promise<void>>
  /** In pages. */
  list(place: StoragePlace, signal: AbortSignal): AsyncIterable<readonly ListedBlob[]>
}

export interface BlobCopy {
  readonly from: StoragePlace
  readonly to: StoragePlace
  readonly digest: string
}

export interface BlobCheck {
  readonly digest: string
  /** 0: as fast as it goes. */
  readonly bytesPerSecond: number
}
