import { z } from 'zod'

import { descriptionShape } from './description.ts'

/* What a worker and its plugin processes say to each other. What comes from a plugin's process is checked. */

export const failureShape = z.object({
  errorClass: z.enum(['retryable', 'throttled', 'permanent']),
  message: z.string(),
  responseCode: z.number().optional(),
  retryAfterMs: z.number().optional(),
})

export type Failure = z.output<typeof failureShape>

const text = z.string().max(1 << 20)
const number = z.int().nonnegative()

export const toParentShape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loaded'), description: descriptionShape }),
  z.object({ type: z.literal('unloadable'), reason: text }),
  /** Something threw outside of every call; the process ends. */
  z.object({ type: z.literal('crashed'), reason: text }),
  z.object({ type: z.literal('result'), call: number, value: z.unknown() }),
  z.object({ type: z.literal('failed'), call: number, failure: failureShape }),
  z.object({
    type: z.literal('connect'),
    request: number,
    host: z.string().max(255),
    port: z.int().min(1).max(65_535),
  }),
  /** Asks for the first piece of a material of a call, then for each further one. */
  z.object({ type: z.literal('read'), request: number, call: number, digest: z.string().max(255) }),
  z.object({ type: z.literal('more'), request: number }),
  z.object({ type: z.literal('leave'), request: number }),
  z.object({ type: z.literal('pong'), rss: z.number() }),
])

export type ToParent = z.input<typeof toParentShape>

export interface PluginModule {
  /** As in an `import`: a package's name or a `file:` address. */
  readonly specifier: string
  /** `file:` address of the folder from which a name is looked up. */
  readonly from: string
}

export type Method = 'deliver' | 'validate' | 'preview'

export type ToChild =
  | { readonly type: 'load'; readonly module: PluginModule; readonly requestTimeoutMs: number }
  | {
      readonly type: 'call'
      readonly call: number
      readonly method: Method
      readonly given: CallData
    }
  | { readonly type: 'abort'; readonly call: number }
  /** With the socket as handle, unless it was refused or failed. */
  | {
      readonly type: 'connected'
      readonly request: number
      readonly failure?: ConnectFailure
    }
  | { readonly type: 'chunk'; readonly request: number; readonly chunk: Chunk }
  | { readonly type: 'ping' }

export interface ConnectFailure {
  readonly refused: boolean
  readonly message: string
  readonly code?: string
}

export type Chunk =
  | { readonly data: Uint8Array }
  | { readonly end: true }
  | { readonly failure: Failure }

/** A request without what cannot be sent: the bundle is taken apart again on the other side, contents are asked for. */
export interface CallData {
  readonly registration: Readonly<Record<string, unknown>>
  readonly attachment: Readonly<Record<string, unknown>> | undefined
  readonly delivery?: DeliveryData
}

export interface DeliveryData {
  readonly attestation: object
  readonly materials: readonly object[]
  readonly texts: Readonly<Partial<Record<string, string>>>
  readonly idempotencyKey: string
}
