/** Undefined unless it is standard base64 with its padding and nothing else: one value has one spelling. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** The bytes are themselves base64 text, as of something that was encoded twice. */
export function looksLikeBase64(bytes: Uint8Array): boolean {
  return bytes.length > 0 && decodeBase64(Buffer.from(bytes).toString('latin1')) !== undefined
}
