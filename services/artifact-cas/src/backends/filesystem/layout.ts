import { join } from 'node:path'

import { invalid } from '@chainloop/kit/errors'

import { type Digest, hexOf } from '../../digest.ts'
import type { Place } from '../backend.ts'

/** Two levels of 256 folders each, so that none gets crowded: `ab/cd/abcd…`, and `abcd….name` beside it. */
export interface BlobPaths {
  readonly directory: string
  readonly blob: string
  readonly name: string
}

export function pathsOf(home: string, digest: Digest): BlobPaths {
  const hex = hexOf(digest)
  const directory = join(home, hex.slice(0, 2), hex.slice(2, 4))
  const blob = join(directory, hex)
  return { directory, blob, name: `${blob}.name` }
}

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/

/** The folder of a place: `<organization>` or `<organization>/<name>`, never outside of its organization's. */
export function homeOf(root: string, { organizationId, location }: Place): string {
  const [organization, name, ...rest] = location.split('/')
  const names = name === undefined ? [organizationId] : [organizationId, name]
  const fits =
    organization === organizationId &&
    rest.length === 0 &&
    names.every((part) => SEGMENT.test(part))
  if (!fits)
    throw invalid('the location is no folder of the organization', { reason: 'LOCATION_INVALID' })
  return join(root, ...names)
}
