import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares two secrets without telling by its duration where, or in which length, they differ. */
export function equalInConstantTime(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right))
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
