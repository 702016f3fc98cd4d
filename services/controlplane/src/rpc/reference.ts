import type { IdentityReference } from '@chainloop/proto/controlplane/v1/shared_message'

import type { ProjectReference } from '../projects/get-project.ts'

export function projectReference(
  given: IdentityReference | undefined,
): ProjectReference | undefined {
  return given && { id: given.id, name: given.name }
}

/** What is left out names nothing, which use cases refuse. */
export function reference(given: IdentityReference | undefined): {
  readonly id: string | undefined
  readonly name: string | undefined
} {
  return { id: given?.id, name: given?.name }
}
