export interface JsonObject {
  readonly [key: string]: JsonValue
}
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** What the workers of this instance can run; an organization registers it with its own settings. */
export interface Plugin {
  readonly id: string
  readonly version: string
  readonly description: string
  /** JSON Schema 2020-12, flat; `writeOnly` marks secrets. */
  readonly registrationSchema: JsonObject
  readonly attachmentSchema: JsonObject
  readonly subscribedMaterials: readonly string[]
  /** A worker tries settings on the live target before they are stored. */
  readonly validatesRegistration: boolean
  readonly validatesAttachment: boolean
}
