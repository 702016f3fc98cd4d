import type { CallData, Method } from './messages.ts'
import type { PluginCall } from './open-calls.ts'
import type { DeliveryRequest, ValidationRequest } from './runner.ts'

/** What of a request goes to the other process. */
export function toCall(method: Method, request: DeliveryRequest | ValidationRequest): PluginCall {
  return {
    method,
    signal: request.signal,
    materials: 'materials' in request ? request.materials : [],
    given: dataOf(request),
  }
}

function dataOf(request: DeliveryRequest | ValidationRequest): CallData {
  const { registration, attachment } = request
  if (!('attestation' in request)) return { registration, attachment }
  // The other side takes the bundle apart itself.
  const {
    envelope: _,
    statement: __,
    annotations: ___,
    images: ____,
    ...attestation
  } = request.attestation
  const { texts, idempotencyKey } = request
  const materials = request.materials.map(({ name, kind, fileName, digest, annotations }) => ({
    name,
    kind,
    fileName,
    digest,
    annotations,
  }))
  return { registration, attachment, delivery: { attestation, materials, texts, idempotencyKey } }
}
