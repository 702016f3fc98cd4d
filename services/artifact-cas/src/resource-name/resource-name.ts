import { invalid } from '@chainloop/kit/errors'

import type { DeclaredBlob } from '../backends/backend.ts'
import { toDigest } from '../digest.ts'
import { decodeGob } from './gob.ts'

const OWN_FORM = /^uploads\/([0-9a-f-]{36})\/blobs\/([0-9a-f]{64})\/(\d{1,15})(?:\/([^/]*))?$/
const MAX_FILE_NAME = 255

/**
 * `uploads/{uuid}/blobs/{sha256 hex}/{size}/{percent-encoded file name}`, or base64 of a Go gob as the existing
 * command line sends it. Throws `invalid` (RESOURCE_NAME_INVALID).
 */
export function parseUploadName(name: string): DeclaredBlob {
  const blob = name.startsWith('uploads/') ? parseOwnForm(name) : parseGobForm(name)
  if (!blob) throw invalid('the resource name names no blob', { reason: 'RESOURCE_NAME_INVALID' })
  return blob
}

function parseOwnForm(name: string): DeclaredBlob | undefined {
  const [, , hex = '', size, encoded = ''] = OWN_FORM.exec(name) ?? []
  const digest = toDigest(hex)
  const fileName = decode(encoded)
  if (!digest || fileName === undefined) return undefined
  return { digest, size: Number(size), name: safeFileName(fileName, hex) }
}

function parseGobForm(name: string): DeclaredBlob | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(name)) return undefined
  const resource = tryDecodeGob(Buffer.from(name, 'base64'))
  const digest = resource && toDigest(resource.digest)
  if (!resource || !digest) return undefined
  // A client of that form leaves the size out, which is told from 0 no further.
  const size = resource.size > 0 ? resource.size : undefined
  return { digest, size, name: safeFileName(resource.fileName, resource.digest) }
}

function tryDecodeGob(bytes: Uint8Array): ReturnType<typeof decodeGob> | undefined {
  try {
    return decodeGob(bytes)
  } catch {
    return undefined
  }
}

/** The last segment of a path, without what could be misread by a terminal, a header or a file system. */
export function safeFileName(name: string, otherwise: string): string {
  const base =
    name
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  const safe = Array.from(base).slice(0, MAX_FILE_NAME).join('').slice(0, MAX_FILE_NAME)
  return safe === '' || safe === '.' || safe === '..' ? otherwise : safe.toWellFormed()
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
