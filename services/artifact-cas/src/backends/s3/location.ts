import { invalid } from '@chainloop/kit/errors'

import { splitLocation } from '../remote/split-location.ts'

/** Where in S3. */
export interface S3Location {
  /** Undefined: AWS. */
  readonly endpoint: string | undefined
  readonly bucket: string
  /** Empty, or ends in a slash. */
  readonly prefix: string
}

/** AWS: "Bucket naming rules", with the capital letters and underscores of buckets from before 2018. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9!_.*'()-]{0,126}$/

/**
 * Reads `bucket[/prefix]` or `https://host[:port]/bucket[/prefix]`. Throws `invalid` (LOCATION_INVALID). `bucketName`
 * stands for the bucket where the credentials name one.
 */
export function parseS3Location(location: string, bucketName?: string): S3Location {
  const { endpoint, path } = splitLocation(location) ?? refuse()
  const [first = '', ...segments] = path.replace(/\/$/, '').split('/')
  const bucket = bucketName ?? first
  if (!BUCKET.test(bucket) || !segments.every((segment) => SEGMENT.test(segment))) refuse()
  return { endpoint, bucket, prefix: segments.map((segment) => `${segment}/`).join('') }
}

function refuse(): never {
  throw invalid('the location is neither bucket[/prefix] nor https://host[:port]/bucket[/prefix]', {
    reason: 'LOCATION_INVALID',
  })
}
