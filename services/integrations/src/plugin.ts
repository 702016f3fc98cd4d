import type { GuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import type { GuardedFetch } from '@chainloop/kit/egress/guarded-fetch'
import { z } from 'zod'

import { DeliveryError } from './delivery-error.ts'

/** One stored attestation, as it was received. */
export interface DeliveredAttestation {
  /** `sha256:<hex>` of `bundle`. */
  readonly digest: string
  /** The exact bytes that were stored: a Sigstore bundle. */
  readonly bundle: Uint8Array
  /** DSSE envelope of the bundle. */
  readonly envelope: Readonly<Record<string, unknown>>
  /** in-toto statement of the envelope. */
  readonly statement: Readonly<Record<string, unknown>>
  readonly organization: string
  readonly project: { readonly name: string; readonly version: string }
  readonly workflow: { readonly id: string; readonly name: string }
  readonly run: DeliveredRun
}

export interface DeliveredRun {
  readonly id: string
  readonly state: string
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
  readonly runnerType: string
  readonly runnerUrl: string
}

/** What the job brought, of a kind that the plugin wants. */
export interface DeliveredMaterial {
  /** As the contract calls it. */
  readonly name: string
  readonly kind: string
  readonly fileName: string
  /** `sha256:<hex>`. */
  readonly digest: string
  /** Without our own. */
  readonly annotations: Readonly<Record<string, string>>
  /** The content, verified against the digest. Throws a permanent `DeliveryError` beyond `maxBytes`. */
  read(maxBytes: number): Promise<Uint8Array>
}

export interface Delivery<R, A> {
  readonly attestation: DeliveredAttestation
  /** Of the kinds in `subscribedMaterials`. */
  readonly materials: readonly DeliveredMaterial[]
  /** Settings of the registration, secrets included. */
  readonly registration: R
  readonly attachment: A
  /** The same for every attempt of this delivery: hand it to the target, so that it can tell repetitions. */
  readonly idempotencyKey: string
  /** Guarded against addresses that are not public, bounded in time and size. */
  readonly fetch: GuardedFetch
  /** Guarded too; for protocols that are not HTTP. */
  readonly connect: GuardedConnect
  /** Aborts when the job is no longer ours or the worker stops. */
  readonly signal: AbortSignal
}

/** What the target said to a delivery that was made; shown to operators. */
export interface Receipt {
  readonly responseCode?: number
  readonly detail?: string
}

export interface PluginDefinition<R extends z.ZodObject, A extends z.ZodObject> {
  /** kebab-case, unique. */
  readonly id: string
  readonly version: string
  readonly description: string
  /** Kinds of the materials whose content it wants. */
  readonly subscribedMaterials?: readonly string[]
  /** Flat; `secret()` marks what is sealed and never shown again. */
  readonly registration: R
  readonly attachment: A
  /** Throws `DeliveryError` when it was not made; anything else that it throws counts as retryable. */
  deliver(delivery: Delivery<z.output<R>, z.output<A>>): Promise<Receipt>
}

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Plugin {
  readonly id: string
  readonly version: string
  readonly description: string
  readonly subscribedMaterials: readonly string[]
  readonly registrationSchema: JsonSchema
  readonly attachmentSchema: JsonSchema
  /** Settings that must not appear in any log or answer. */
  readonly secretSettings: readonly string[]
  deliver(delivery: Delivery<unknown, unknown>): Promise<Receipt>
}

/** The schemas are said once: they type `deliver`, tell users what to enter (JSON Schema), and check it. */
export function definePlugin<R extends z.ZodObject, A extends z.ZodObject>(
  definition: PluginDefinition<R, A>,
): Plugin {
  const { id, version, description, subscribedMaterials = [] } = definition
  const registrationSchema = toJsonSchema(id, definition.registration)
  const attachmentSchema = toJsonSchema(id, definition.attachment)
  if (secretsOf(attachmentSchema).length > 0) {
    throw new TypeError(`plugin ${id}: secrets belong to the registration`)
  }

  return {
    id,
    version,
    description,
    subscribedMaterials,
    registrationSchema,
    attachmentSchema,
    secretSettings: secretsOf(registrationSchema),
    async deliver(delivery) {
      return definition.deliver({
        ...delivery,
        registration: settingsOf(definition.registration, delivery.registration),
        attachment: settingsOf(definition.attachment, delivery.attachment),
      })
    },
  }
}

/** Marks a setting that is sealed when it is stored and never returned. */
export function secret<T extends z.ZodType>(schema: T, description: string): T {
  return schema.meta({ description, writeOnly: true })
}

function toJsonSchema(id: string, schema: z.ZodObject): JsonSchema {
  const json: JsonSchema = { ...z.toJSONSchema(schema.strict(), { io: 'input' }) }
  for (const [name, property] of propertiesOf(json)) {
    if ('properties' in property || property['type'] === 'array') {
      throw new TypeError(`plugin ${id}: setting ${name} is not flat`)
    }
  }
  return json
}

function secretsOf(schema: JsonSchema): string[] {
  return propertiesOf(schema)
    .filter(([, property]) => property['writeOnly'] === true)
    .map(([name]) => name)
}

function propertiesOf(schema: JsonSchema): [string, Record<string, unknown>][] {
  const { properties } = z
    .object({ properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}) })
    .parse(schema)
  return Object.entries(properties)
}

/** What was stored under an older version of the plugin may no longer fit: trying again does not help. */
function settingsOf<T extends z.ZodType>(schema: T, settings: unknown): z.output<T> {
  const parsed = schema.safeParse(settings)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new DeliveryError(
    'permanent',
    `the settings do not fit this plugin: ${problems.join('; ')}`,
  )
}
