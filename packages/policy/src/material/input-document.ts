import type { JsonObject } from '@chainloop/attestation/json/json-value'
import { fromJson, toJson } from '@chainloop/rego/values/json'
import { ObjectBuilder, RegoObject } from '@chainloop/rego/values/object'
import type { Value } from '@chainloop/rego/values/value'

import type { ShapedArguments } from '../inputs/shape-arguments.ts'

/** What scripts see as `input`, parsed once for all of them. Numbers keep the digits that they were written with. */
export interface PolicyInputDocument {
  forRego(args: ShapedArguments): Value
  /** For languages that compute with what JavaScript has: long numbers lose digits. */
  forJson(args: ShapedArguments): JsonObject
}

/**
 * An object as it is, a list as `elements`, anything else as `value`; and beside it what is known of the thing itself
 * (`chainloop_metadata`) and the arguments (`args`), which its own keys never hide.
 */
export function inputDocument(document: Value, metadata: JsonObject): PolicyInputDocument {
  const described = fromJson(metadata)
  const whole = wrapped(document)
  let plain: JsonObject | undefined
  return {
    forRego(args) {
      const builder = new ObjectBuilder()
      for (const [key, value] of whole.entries()) builder.set(key, value)
      builder.set('chainloop_metadata', described)
      builder.set('args', fromJson(args))
      return builder.build()
    },
    forJson(args) {
      plain ??= toJson(whole) as JsonObject
      return { ...plain, chainloop_metadata: metadata, args }
    },
  }
}

function wrapped(document: Value): RegoObject {
  if (document instanceof RegoObject) return document
  return RegoObject.record(Array.isArray(document) ? { elements: document } : { value: document })
}
