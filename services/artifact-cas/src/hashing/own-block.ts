const MIN_OWNED_BYTES = 32 * 1024
const MAX_OVERHEAD_BYTES = 4096

/**
 * The block itself when nobody else can live in its memory, else a copy. Transferring memory takes it away from
 * all its users: a small view may sit in a shared slab, but a large one that nearly fills its buffer is alone
 * there, with at most the other fields of its message, which are read already.
 */
export function ownBlock(block: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = block
  const alone =
    byteLength >= MIN_OWNED_BYTES && buffer.byteLength - byteLength <= MAX_OVERHEAD_BYTES
  return alone && buffer instanceof ArrayBuffer
    ? (block as Uint8Array<ArrayBuffer>)
    : new Uint8Array(block)
}
