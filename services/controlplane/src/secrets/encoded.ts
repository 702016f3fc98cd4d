/** Services keep text, and not the empty one. */
export function encode(value: Uint8Array): string {
  return `v1:${Buffer.from(value).toString('base64')}`
}

/** Throws for what we have not written. */
export function decode(text: unknown): Uint8Array {
  if (typeof text === 'string' && text.startsWith('v1:')) {
    return Buffer.from(text.slice('v1:'.length), 'base64')
  }
  throw new TypeError('the stored secret is not one of ours')
}
