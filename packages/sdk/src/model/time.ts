import type { Timestamp } from '@bufbuild/protobuf/wkt'

/** Without the runtime of protobuf: this is on the way of every list. */
export function toDate(timestamp: Timestamp | undefined): Date | undefined {
  if (timestamp === undefined) return undefined
  return new Date(Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1e6))
}

/** The message of an instant, without the runtime of protobuf. */
export function toTimestamp(at: Date): { seconds: bigint; nanos: number } {
  const ms = at.getTime()
  const seconds = Math.floor(ms / 1000)
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1e6 }
}
