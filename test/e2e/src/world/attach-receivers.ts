import type { Account } from './account.ts'
import type { DeclaredWorkflow } from './workflow.ts'

/** Registers a webhook for each path of a receiver and attaches it; the ids of the attachments. */
export async function attachReceivers(
  { client }: Pick<Account, 'client'>,
  { workflow, project }: DeclaredWorkflow,
  urls: readonly string[],
): Promise<string[]> {
  const ids: string[] = []
  for (const [at, url] of urls.entries()) {
    const name = `hook-${at}-${workflow}`
    await client.integrations.register({ name, pluginId: 'webhook', config: { url } })
    const { result } = await client.integrations.attach({
      workflowName: workflow,
      projectName: project,
      integrationName: name,
    })
    ids.push(result?.id ?? '')
  }
  return ids
}
