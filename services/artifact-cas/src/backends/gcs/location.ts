import { invalid } from '@chainloop/kit/errors'

import { splitLocation } from '../remote/split-location.ts'

export interface GcsLocation {
  /** Without a slash at its end. */
  readonly endpoint: string
  readonly bucket: string
  /** Empty, or ends in a slash. */
  readonly prefix: string
}

/** Google: "Bucket naming guidelines". */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9!_.*'()-]{0,126}$/
const GOOGLE = 'https://storage.googleapis.com'

/** Reads `bucket[/prefix]` or `https://host[:port]/bucket[/prefix]`. Throws `invalid` (LOCATION_INVALID). */
export function parseGcsLocation(location: string): GcsLocation {
  const { endpoint = GOOGLE, path } = splitLocation(location) ?? refuse()
  const [bucket = '', ...segments] = path.replace(/\/$/, '').split('/')
  if (!BUCKET.test(bucket) || !segments.every((segment) => SEGMENT.test(segment))) refuse()
  return { endpoint, bucket, prefix: segments.map((segment) => `${segment}/`).join('') }
}

function refuse(): never {
  throw invalid('the location is neither bucket[/prefix] nor https://host[:port]/bucket[/prefix]', {
    reason: 'LOCATION_INVALID',
  })
}
