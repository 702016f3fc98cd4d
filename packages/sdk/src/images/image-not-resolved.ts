import { isDigest, type Digest } from '@chainloop/attestation/digest'
import { OciError } from '@chainloop/oci/errors'

/** The registry or the folder has no such image, refuses to show it, or has something else. */
export class ImageNotResolved extends Error {
  override readonly name = 'ImageNotResolved'
}

/** Says which image a registry had trouble with. */
export async function about<T>(typed: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof OciError) {
      throw new ImageNotResolved(`${typed}: ${cause.message}`, { cause })
    }
    throw cause
  }
}

/** Statements name what they are about by SHA-256. */
export function asSha256(digest: string): Digest {
  if (isDigest(digest)) return digest
  throw new ImageNotResolved(`${digest} is not a SHA-256 digest, and no other can be recorded`)
}
