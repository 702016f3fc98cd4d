import type { Client } from '@chainloop/sdk/client'

import { Refused, UsageError } from '../../core/exit.ts'

export interface WantedAttachment {
  readonly attachment: string | undefined
  readonly integration: string | undefined
  readonly workflow: string | undefined
  readonly project: string | undefined
}

/** The id of the one attachment that is meant. Throws `Refused` when there is none, or more than one. */
export async function findAttachment(client: Client, wanted: WantedAttachment): Promise<string> {
  const { attachment, integration, workflow, project } = wanted
  if (attachment !== undefined) return attachment
  if (integration === undefined || workflow === undefined || project === undefined) {
    throw new UsageError(
      'say where to',
      'give --attachment, or --integration, --workflow, --project',
    )
  }
  const { result } = await client.integrations.listAttachments({
    workflowName: workflow,
    projectName: project,
  })
  const found = result.filter((one) => one.integration?.name === integration)
  const [only] = found
  if (only && found.length === 1) return only.id
  throw new Refused(
    `${project}/${workflow} has ${found.length} attachments of ${integration}`,
    'choose one with --attachment; `chainloop integration attached list` shows them',
  )
}
