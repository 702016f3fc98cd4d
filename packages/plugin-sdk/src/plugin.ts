import type { z } from 'zod'

import { attachmentSchemaWith } from './attachment-settings.ts'
import type { Delivery, PreviewedMessage, Receipt } from './delivery.ts'
import type { Egress } from './egress.ts'
import { type JsonSchema, secretsOf, settingsOf, toJsonSchema } from './settings.ts'

/** Settings of a registration, to be tried on the live target. */
export interface Validation<R> extends Egress {
  readonly registration: R
  readonly signal: AbortSignal
}

export interface AttachmentValidation<R, A> extends Validation<R> {
  readonly attachment: A
}

/** What the target told about itself, kept and shown with the registration. No secrets, no names of settings. */
export type TargetFacts = Readonly<Record<string, string>>

export interface PluginDefinition<R extends z.ZodObject, A extends z.ZodObject> {
  /** kebab-case, unique. */
  readonly id: string
  readonly version: string
  readonly description: string
  /** Kinds of the materials whose content it wants; `['*']` for all. */
  readonly subscribedMaterials?: readonly string[]
  /** Flat; `secret()` marks what is sealed and never shown again. */
  readonly registration: R
  readonly attachment: A
  /** Texts that an attachment may write itself, with what each is: they become its settings `template_<name>`. */
  readonly texts?: Readonly<Record<string, string>>
  /**
   * Tries the settings on the live target before they are registered. Throws what stands in the way: the message is shown
   * to whoever registers.
   */
  validate?(this: void, validation: Validation<z.output<R>>): Promise<TargetFacts | void>
  /** The same for an attachment, before it is made. */
  validateAttachment?(
    this: void,
    validation: AttachmentValidation<z.output<R>, z.output<A>>,
  ): Promise<void>
  /** Throws `DeliveryError` when it was not made; anything else that it throws counts as retryable. */
  deliver(delivery: Delivery<z.output<R>, z.output<A>>): Promise<Receipt>
  /**
   * The messages that `deliver` would send, for protocols that are not HTTP: requests of `fetch` and of `agents` are seen
   * without it. Nothing can be sent meanwhile.
   */
  preview?(
    this: void,
    delivery: Delivery<z.output<R>, z.output<A>>,
  ): Promise<readonly PreviewedMessage[]>
}

/** A plugin without its types: settings are parsed by itself. */
export interface Plugin {
  readonly id: string
  readonly version: string
  readonly description: string
  readonly subscribedMaterials: readonly string[]
  readonly registrationSchema: JsonSchema
  /** With the filters and texts that every attachment can have. */
  readonly attachmentSchema: JsonSchema
  /** Settings that must not appear in any log or answer. */
  readonly secretSettings: readonly string[]
  readonly texts: readonly string[]
  readonly validate: ((validation: Validation<unknown>) => Promise<TargetFacts>) | undefined
  readonly validateAttachment:
    | ((validation: AttachmentValidation<unknown, unknown>) => Promise<void>)
    | undefined
  readonly preview:
    | ((delivery: Delivery<unknown, unknown>) => Promise<readonly PreviewedMessage[]>)
    | undefined
  deliver(delivery: Delivery<unknown, unknown>): Promise<Receipt>
}

/** The schemas are said once: they type `deliver`, tell users what to enter (JSON Schema), and check it. */
export function definePlugin<R extends z.ZodObject, A extends z.ZodObject>(
  definition: PluginDefinition<R, A>,
): Plugin {
  const { id, version, description, subscribedMaterials = [], texts = {} } = definition
  const { validate, validateAttachment, preview } = definition
  const registrationSchema = toJsonSchema(id, definition.registration)
  const attachmentSchema = attachmentSchemaWith(id, toJsonSchema(id, definition.attachment), texts)
  if (secretsOf(attachmentSchema).length > 0) {
    throw new TypeError(`plugin ${id}: secrets belong to the registration`)
  }
  const registrationOf = (settings: unknown) => settingsOf(definition.registration, settings)
  const typed = <T extends AttachmentValidation<unknown, unknown>>(given: T) => ({
    ...given,
    registration: registrationOf(given.registration),
    attachment: settingsOf(definition.attachment, given.attachment),
  })
  return {
    id,
    version,
    description,
    subscribedMaterials,
    registrationSchema,
    attachmentSchema,
    secretSettings: secretsOf(registrationSchema),
    texts: Object.keys(texts),
    validate:
      validate &&
      (async (given) =>
        (await validate({ ...given, registration: registrationOf(given.registration) })) ?? {}),
    validateAttachment: validateAttachment && (async (given) => validateAttachment(typed(given))),
    preview: preview && (async (given) => preview(typed(given))),
    deliver: async (given) => definition.deliver(typed(given)),
  }
}

export { secret } from './settings.ts'
