import type { CasBackend } from '../cas-backends/cas-backend.ts'

/** One artifact of one backend, as the artifact CAS serves it. */
export interface Blob {
  readonly backend: CasBackend
  readonly projectId: string
  /** `sha256:<hex>`. */
  readonly digest: string
  /** Bytes. */
  readonly size: number
}

/** The artifact CAS, as this service uses it for itself. */
export interface BlobStore {
  /**
   * The bytes, hashed and counted on the way: the stream fails with `BlobUnreadable` when they are not these, when
   * they cannot be had, or when they take too long.
   */
  read(blob: Blob): AsyncIterable<Uint8Array>
  /** Writes bytes that the digest names already. Repeating it changes nothing. */
  write(
    blob: Blob & { readonly runId: string; readonly fileName: string },
    bytes: Uint8Array,
  ): Promise<void>
}

/** The artifact CAS did not give the bytes that it has a receipt for. */
export class BlobUnreadable extends Error {
  override readonly name = 'BlobUnreadable'
}
