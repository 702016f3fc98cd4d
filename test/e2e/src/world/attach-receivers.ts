import type { Account } from './account.ts'
import type { DeclaredWorkflow } from './workflow.ts'

export interface WantedReceiver {
  readonly url: string
  /** The materials, too: they come from the artifact store. */
  readonly send_sbom?: boolean
}

/** Registers a webhook for each receiver and attaches it; the ids of the attachments. */
export async function attachReceivers(
  { client }: Pick<Account, 'client'>,
  { workflow, project }: DeclaredWorkflow,
  receivers: readonly (string | WantedReceiver)[],
): Promise<string[]> {
  const ids: string[] = []
  for (const [at, receiver] of receivers.entries()) {
    const { url, ...config } = typeof receiver === 'string' ? { url: receiver } : receiver
    const name = `hook-${at}-${workflow}`
    await client.integrations.register({ name, pluginId: 'webhook', config: { url } })
    const { result } = await client.integrations.attach({
      workflowName: workflow,
      projectName: project,
      integrationName: name,
      config,
    })
    ids.push(result?.id ?? '')
  }
  return ids
}
