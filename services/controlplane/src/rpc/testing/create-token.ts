import { APITokenService } from '@chainloop/proto/controlplane/v1/api_token'
import { APITokenRole } from '@chainloop/proto/controlplane/v1/response_messages'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'

import type { Role } from '../../auth/right.ts'
import type { TestControlPlane } from './start-control-plane.ts'

const NUMBERS = {
  attester: APITokenRole.API_TOKEN_ROLE_ATTESTER,
  viewer: APITokenRole.API_TOKEN_ROLE_VIEWER,
  operator: APITokenRole.API_TOKEN_ROLE_OPERATOR,
} as const satisfies Record<Role, APITokenRole>

let count = 0

/** A token of that role, made through the API; its project is made with a workflow `build` where it is missing. */
export async function createToken(
  server: Pick<TestControlPlane, 'client' | 'operator'>,
  { role, projectName, rights = [] }: { role: Role; projectName?: string; rights?: string[] },
): Promise<string> {
  if (projectName !== undefined) {
    await server
      .client(WorkflowService, server.operator)
      .create({ name: 'build', projectName })
      .catch(() => {})
  }
  count += 1
  const { result } = await server.client(APITokenService, server.operator).create({
    name: `${role}-${count}`,
    role: NUMBERS[role],
    rights,
    ...(projectName === undefined ? {} : { projectReference: { name: projectName } }),
  })
  return result?.jwt ?? ''
}
