import * as apiTokens from '../../api-tokens/api-token-repo.ts'
import { createActor } from '../../auth/actor.ts'
import type { Actor } from '../../auth/actor.ts'
import { createTokens } from '../../auth/tokens.ts'
import type { Tokens } from '../../auth/tokens.ts'
import { readConfig } from '../../config.ts'
import type { Config } from '../../config.ts'
import { withClosures } from '../../contracts/closing.ts'
import type { TokenKeys } from '../../keys/token-keys.ts'
import { createDocumentSource } from '../../policy-documents/document-source.ts'
import { TEST_INSTANCE } from '../../signing/testing/signings.ts'
import { openTestDatabase } from '../../testing/database.ts'
import type { TestDatabase } from '../../testing/database.ts'
import { actorOf, insertOrganization, testTokenKeys } from '../../testing/world.ts'
import type { TestOrganization } from '../../testing/world.ts'
import { createWorkflow } from '../../workflows/create-workflow.ts'
import type { Workflow } from '../../workflows/workflow.ts'
import { initRun } from '../init-run.ts'
import type { InitRunInput, OpenedRun } from '../init-run.ts'

export const ISSUER = 'chainloop-test'

/** An organization whose project `web` has a workflow `build`, and the two who work with it. */
export interface RunWorld extends AsyncDisposable {
  readonly config: Config
  readonly db: TestDatabase['db']
  readonly database: TestDatabase
  readonly tokens: Tokens
  readonly tokenKeys: TokenKeys
  readonly organization: TestOrganization
  readonly workflow: Workflow
  readonly operator: Actor
  /** A service account of project `web`. */
  readonly attester: Actor
  addWorkflow(wanted: { project: string; name: string; contract?: string }): Promise<Workflow>
  open(input?: Partial<InitRunInput>): Promise<OpenedRun>
}

export const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: web-build
spec:
  materials:
    - name: binary
      type: ARTIFACT
      output: true
    - name: sbom
      type: SBOM_CYCLONEDX_JSON
`

export async function openRunWorld(contract: string = CONTRACT): Promise<RunWorld> {
  const database = await openTestDatabase()
  const { db } = database
  const organization = await insertOrganization(db, 'acme')
  const tokenKeys = await testTokenKeys()
  const tokens = createTokens(tokenKeys, ISSUER)
  const operator = actorOf(organization, 'operator')
  await using documentSource = createDocumentSource([])
  const addWorkflow: RunWorld['addWorkflow'] = (wanted) =>
    withClosures({ db, documentSource }, { actor: operator, files: [] }, ({ closures }) =>
      createWorkflow({ db, closures }, operator, {
        name: wanted.name,
        projectName: wanted.project,
        contractName: '',
        contractBytes: Buffer.from(wanted.contract ?? ''),
        team: '',
        description: '',
      }),
    )
  const config = readConfig({ CONTROLPLANE_EXTERNAL_URL: TEST_INSTANCE })
  const workflow = await addWorkflow({ project: 'web', name: 'build', contract })
  const account = await apiTokens.insert(db, {
    organizationId: organization.id,
    projectId: workflow.project.id,
    name: 'ci',
    description: '',
    role: 'attester',
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  const bound = { projectId: workflow.project.id, ...(account && { id: account.id }) }
  const attester = actorOf(organization, 'attester', bound)
  return {
    config,
    db,
    database,
    tokens,
    tokenKeys,
    organization,
    workflow,
    operator,
    attester,
    addWorkflow,
    open: (input = {}) => initRun({ db, tokens, config }, attester, { ...INPUT, ...input }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

export const INPUT: InitRunInput = {
  workflowName: 'build',
  projectName: 'web',
  contractRevision: 0,
  runUrl: 'https://ci.example/1',
  runnerType: 'RUNNER_TYPE_UNSPECIFIED',
  projectVersion: '',
  requireExistingVersion: false,
  useLatestVersion: false,
  markAsLatest: undefined,
}

/** Who presents the run's token. */
export function runActorOf({ run }: Pick<OpenedRun, 'run'>): Actor {
  return createActor({
    kind: 'run',
    id: run.id,
    name: run.id,
    organizationId: run.organization.id,
    organizationName: run.organization.name,
    projectId: run.project.id,
    runId: run.id,
    grantedBy: run.createdBy,
    role: 'run',
    rights: new Set(['run:continue', 'run:store', 'policy:read']),
  })
}
