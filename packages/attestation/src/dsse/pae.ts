/** Pre-authentication encoding: the bytes that a DSSE signature is over; https://github.com/secure-systems-lab/dsse/blob/master/protocol.md. */
export function pae(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = new TextEncoder().encode(payloadType)
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `
  return new Uint8Array(Buffer.concat([new TextEncoder().encode(head), payload]))
}
