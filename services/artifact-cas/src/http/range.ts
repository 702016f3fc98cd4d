import type { Range } from '../backends/backend.ts'

/**
 * The one range that a request asks for (RFC 9110 §14.2): `bytes=a-b`, `a-` or `-n`. Undefined sends everything, which
 * is right for whatever else is there; `unsatisfiable` is a 416.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): Range | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return undefined
  if (from === '') return suffix(Number(to), size)
  const start = Number(from)
  const end = to === '' ? size : Math.min(Number(to) + 1, size)
  if (to !== '' && Number(to) < start) return undefined
  return start < size ? { start, end } : 'unsatisfiable'
}

function suffix(length: number, size: number): Range | 'unsatisfiable' {
  return length === 0 || size === 0
    ? 'unsatisfiable'
    : { start: Math.max(0, size - length), end: size }
}
