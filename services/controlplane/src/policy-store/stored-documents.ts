import type { Load } from '@chainloop/policy/references/close-references'
import { ReferenceRefused } from '@chainloop/policy/references/locate'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import * as documents from '../policy-documents/policy-document-repo.ts'
import { KIND_NAMES } from './stored-policy.ts'
import { readReference } from './stored-reference.ts'
import * as versions from './stored-version-repo.ts'

/** Answers references to the store of the actor's organization. */
export function storedDocuments(
  db: Db,
  { organizationId, organizationName }: Pick<Actor, 'organizationId' | 'organizationName'>,
): Load {
  return async ({ kind, location }) => {
    if (kind === 'script') throw new ReferenceRefused('scripts are not stored by name')
    const reference = readReference(location, { organizationName })
    const found = await versions.find(db, { organizationId, kind }, reference)
    const { digest } = found ?? {}
    const content =
      digest === undefined ? undefined : await documents.find(db, { organizationId, digest })
    if (content) return content
    const shown = location.slice('chainloop://'.length)
    throw new ReferenceRefused(
      `there is no ${KIND_NAMES[kind]} ${shown} in this organization: store it with \`chainloop policy apply\`, or refer to it with file:// or https://`,
    )
  }
}
