/** Primitive types of https://kafka.apache.org/protocol#protocol_types, read one after the other. */
export interface WireReader {
  readonly int8: () => number
  readonly int16: () => number
  readonly int32: () => number
  readonly skip: (bytes: number) => void
  /** Zig-zag. */
  readonly varint: () => number
  /** Null is empty. */
  readonly string: () => string
  readonly bytes: (length: number) => Buffer
  readonly list: <T>(read: () => T) => T[]
}

export function readWire(buffer: Buffer): WireReader {
  let at = 0
  const take = (length: number): Buffer => {
    at += Math.max(0, length)
    return buffer.subarray(at - Math.max(0, length), at)
  }
  const int32 = (): number => take(4).readInt32BE()
  const int16 = (): number => take(2).readInt16BE()
  return {
    int8: () => take(1).readInt8(),
    int16,
    int32,
    skip: (bytes) => void take(bytes),
    varint() {
      let value = 0n
      for (let shift = 0n; ; shift += 7n) {
        const byte = take(1).readUInt8()
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n))
      }
    },
    string: () => take(int16()).toString(),
    bytes: take,
    list: (read) => Array.from({ length: Math.max(0, int32()) }, read),
  }
}

export const int8 = (value: number): Buffer => Buffer.from([value])
export const int16 = (value: number): Buffer => fixed(2, (bytes) => bytes.writeInt16BE(value))
export const int32 = (value: number): Buffer => fixed(4, (bytes) => bytes.writeInt32BE(value))
export const int64 = (value: number): Buffer =>
  fixed(8, (bytes) => bytes.writeBigInt64BE(BigInt(value)))
export const string = (text: string): Buffer =>
  Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)])
export const list = (items: readonly Buffer[]): Buffer =>
  Buffer.concat([int32(items.length), ...items])

function fixed(length: number, write: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.alloc(length)
  write(bytes)
  return bytes
}
