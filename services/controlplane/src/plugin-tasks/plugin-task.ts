import type { JsonObject } from '../integrations/plugin.ts'

/** What a worker is to do while somebody waits. */
export type NewPluginTask =
  | {
      readonly kind: 'validate_registration' | 'validate_attachment'
      readonly pluginId: string
      readonly registrationConfig: JsonObject
      readonly attachmentConfig: JsonObject
    }
  | {
      readonly kind: 'preview'
      readonly pluginId: string
      readonly attachmentId: string
      readonly runId: string
    }

export interface PluginTask {
  readonly id: string
  readonly organizationId: string
  readonly kind: NewPluginTask['kind']
  readonly pluginId: string
  readonly registrationConfig: JsonObject
  readonly attachmentConfig: JsonObject
  readonly secretId: string | undefined
  readonly attachmentId: string | undefined
  readonly runId: string | undefined
}

export interface PreviewedMessage {
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface TaskResult {
  /** Empty: no problem. */
  readonly problem: string
  /** What the target told about itself. */
  readonly facts: Readonly<Record<string, string>>
  /** Of a preview. */
  readonly messages: readonly PreviewedMessage[]
  /** Why the filters would skip the delivery. */
  readonly skipped: string
}
