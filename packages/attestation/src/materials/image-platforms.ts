import { isDigest } from '../digest.ts'
import type { ImagePlatform } from './material.ts'

/** Which manifests an image of several platforms has: a JSON list of `linux/amd64@sha256:…`. */
export const PLATFORMS_ANNOTATION = 'chainloop.material.image.platforms'
/** More than any image has, and few enough to be listed in a statement. */
export const MAX_PLATFORMS = 100

const PLATFORM = /^[\w.-]+(?:\/[\w.-]+){1,2}$/

export function isPlatform(text: string): boolean {
  return text.length <= 100 && PLATFORM.test(text)
}

export function formatPlatforms(platforms: readonly ImagePlatform[]): string {
  return JSON.stringify(platforms.map(({ platform, digest }) => `${platform}@${digest}`))
}

/** Undefined if that is not what `formatPlatforms` writes: one list has one spelling. */
export function parsePlatforms(text: string): readonly ImagePlatform[] | undefined {
  const entries = listIn(text)
  if (entries === undefined || entries.length === 0 || entries.length > MAX_PLATFORMS) {
    return undefined
  }
  const platforms = entries.map(platformIn).filter((entry) => entry !== undefined)
  const digests = new Set(platforms.map(({ digest }) => digest))
  const isWhole = platforms.length === entries.length && digests.size === entries.length
  return isWhole && formatPlatforms(platforms) === text ? platforms : undefined
}

function listIn(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function platformIn(entry: unknown): ImagePlatform | undefined {
  if (typeof entry !== 'string') return undefined
  const at = entry.indexOf('@')
  const [platform, digest] = [entry.slice(0, Math.max(at, 0)), entry.slice(at + 1)]
  return isPlatform(platform) && isDigest(digest) ? { platform, digest } : undefined
}
