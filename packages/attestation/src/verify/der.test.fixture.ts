/** Just enough DER (X.690) to make certificates and timestamps for tests. */
export const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const n = body.length
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
export const seq = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts)
export const set = (...parts: readonly Uint8Array[]): Buffer =>
  tlv(0x31, ...parts.toSorted((a, b) => Buffer.compare(a, b)))
export const oct = (bytes: Uint8Array): Buffer => tlv(4, bytes)
export const bits = (bytes: Uint8Array): Buffer => tlv(3, Buffer.of(0), bytes)
export const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text))

export const int = (value: number | Uint8Array): Buffer => {
  const bytes =
    typeof value === 'number' ? Buffer.from(value.toString(16).padStart(2, '0'), 'hex') : value
  const start = bytes.findIndex((byte) => byte !== 0)
  const minimal = start === -1 ? Buffer.of(0) : bytes.subarray(start)
  const positive = (minimal[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), minimal]) : minimal
  return tlv(2, positive)
}

export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const base128 = (arc: number): number[] => {
    const digits = [arc & 127]
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 127) | 128)
    return digits
  }
  return tlv(6, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

const stamp = (time: Date): string => time.toISOString().replace(/[-:T]|\.\d+/g, '')
export const generalizedTime = (time: Date): Buffer => tlv(0x18, Buffer.from(stamp(time)))
