import type { Environment } from '@chainloop/attestation/runners/runner'

import type { ReferencedFile } from '../contracts/referenced-files.ts'
import type { Session } from './session.ts'

export interface InitInput {
  readonly project: string
  readonly workflow: string
  /** For a workflow that does not exist yet, or when jobs may send contracts. */
  readonly contract?:
    | {
        readonly contractName?: string
        readonly contractBytes?: Uint8Array
        /** What the contract refers to by `file://`. */
        readonly files?: ReferencedFile[]
      }
    | undefined
  /** 0: the latest. */
  readonly contractRevision?: number | undefined
  /** Of the project; empty: the server's default. */
  readonly version?: string | undefined
  readonly requireExistingVersion?: boolean | undefined
  readonly useLatestVersion?: boolean | undefined
  /** The version counts as released once the attestation is stored. */
  readonly release?: boolean | undefined
  /** Unset: new versions become the latest. */
  readonly markAsLatest?: boolean | undefined
  /** Nothing is opened, uploaded, signed or stored. */
  readonly dryRun?: boolean | undefined
  /** Overwrite the local state of another run. */
  readonly replace?: boolean | undefined
  /** Whether the run is about a pull request. Default: what the CI system says. */
  readonly isPullRequest?: boolean | undefined
  /** Default: a local file. */
  readonly state?:
    | { readonly type: 'local'; readonly path?: string | undefined }
    | { readonly type: 'remote' }
    | undefined
}

/** What is around the job. */
export interface Surroundings {
  readonly cwd: string
  readonly env: Environment
  /** The token that the client authenticates with; only read to say who attests. */
  readonly token?: string | undefined
}

/** What Init has started. */
export interface Started {
  readonly session: Session
  /** The organization wants the configuration of AI agents collected. */
  readonly wantsAgentConfig: boolean
  /** What went wrong without failing anything. */
  readonly warnings: readonly string[]
}
