import type { Range } from '../backends/backend.ts'

/**
 * The one range that a request asks for (RFC 9110 §14.2): `bytes=a-b`, `a-` or `-n`. Undefined sends everything, which
 * is right for whatever else is there; `unsatisfiable` is a 416.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): Range | 'unsatisfiable' | undefined {
  const suffix = /^bytes=-(\d{1,15})$/.exec(header ?? '')?.[1]
  if (suffix !== undefined)
    return satisfied({ start: Math.max(0, size - Number(suffix)), end: size })
  const [, from, to] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === undefined) return undefined
  const [start, last] = [Number(from), to ? Number(to) : size - 1]
  if (to && last < start) return undefined
  return satisfied({ start, end: Math.min(last + 1, size) })
}

function satisfied(range: Range): Range | 'unsatisfiable' {
  return range.start < range.end ? range : 'unsatisfiable'
}
