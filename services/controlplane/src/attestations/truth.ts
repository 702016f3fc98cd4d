import type { CasBackend } from '../cas-backends/cas-backend.ts'
import type { Organization } from '../organizations/organization.ts'
import type { Run } from '../runs/run.ts'

/** What the server knows about a run without asking its job. */
export interface Truth {
  readonly run: Run
  readonly organization: Organization
  readonly backend: CasBackend
  /** The version was not released when the run was opened. */
  readonly prereleaseAtInit: boolean
  /** Who opened the run, in the words of the statement. */
  readonly creator: { readonly id: string; readonly type: string }
  readonly instance: InstanceNames
}

/** What Init tells clients about this instance. */
export interface InstanceNames {
  readonly timestampAuthorityUrl: string
  readonly signingCa: string
}

const AUTH_TYPES: Readonly<Record<string, string>> = {
  api_token: 'AUTH_TYPE_API_TOKEN',
  user: 'AUTH_TYPE_USER',
  trust_rule: 'AUTH_TYPE_FEDERATED',
}

export function truthOf(
  known: Pick<Truth, 'run' | 'organization' | 'backend' | 'instance'>,
): Truth {
  const { version, createdAt, createdBy } = known.run
  const [kind = '', id = ''] = createdBy.split(':')
  return {
    ...known,
    prereleaseAtInit:
      version.prerelease || (version.releasedAt !== undefined && version.releasedAt > createdAt),
    creator: { id, type: AUTH_TYPES[kind] ?? 'AUTH_TYPE_UNSPECIFIED' },
  }
}
