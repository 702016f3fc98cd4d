import { notFound } from '@chainloop/kit/errors'

import type { Config } from '../config.ts'
import { createContext } from '../context.ts'
import * as organizations from '../organizations/organization-repo.ts'
import { changeQuota } from '../quotas/manage-quotas.ts'
import { type Resource, RESOURCES } from '../quotas/quota.ts'

const USAGE = `usage: quota <organization> <${RESOURCES.join('|')}> <number|unlimited|default>`

/** `quota <organization> <resource> <limit>`: what whoever runs the instance lets an organization use. */
export async function quota(config: Config, args: readonly string[]): Promise<void> {
  const [name = '', resource = '', limit = '', ...rest] = args
  if (!isResource(resource) || rest.length > 0) throw new Error(USAGE)
  const wanted = { resource, limit: readLimit(limit) }
  await using ctx = await createContext(config)
  const organization = await organizations.findByName(ctx.db, name)
  if (!organization) throw notFound('organization', name)
  const operator = {
    kind: 'service',
    id: 'controlplane',
    name: 'operator of the instance',
  } as const
  await changeQuota(ctx, { ...operator, organizationId: organization.id }, wanted)
}

function isResource(word: string): word is Resource {
  return RESOURCES.some((resource) => resource === word)
}

function readLimit(word: string): number | 'default' | undefined {
  if (word === 'default') return 'default'
  if (word === 'unlimited') return undefined
  if (!/^\d{1,15}$/.test(word)) throw new Error(USAGE)
  return Number(word)
}
