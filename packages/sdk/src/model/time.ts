import type { Timestamp } from '@bufbuild/protobuf/wkt'

/** Without the runtime of protobuf: this is on the way of every list. */
export function toDate(timestamp: Timestamp | undefined): Date | undefined {
  if (timestamp === undefined) return undefined
  return new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6))
}
