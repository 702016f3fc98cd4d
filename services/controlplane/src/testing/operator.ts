import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { createWorkflow, type NewWorkflow } from '../workflows/create-workflow.ts'
import type { Workflow } from '../workflows/workflow.ts'
import { actorOf, insertOrganization, type TestOrganization } from './world.ts'

export interface OperatorWorld {
  readonly db: Db
  readonly organization: TestOrganization
  readonly operator: Actor
  /** Made by the operator; what is left out is empty. */
  workflow(given: Partial<NewWorkflow> & Pick<NewWorkflow, 'name'>): Promise<Workflow>
  /** An attester of that project. */
  attester(project: { id: string }, bound?: Parameters<typeof actorOf>[2]): Actor
  /** The operator of yet another organization. */
  foreigner(): Promise<Actor>
  /** Actions of the audit log, oldest first. */
  audited(): Promise<string[]>
}

let count = 0

async function newOrganization(db: Db): Promise<TestOrganization> {
  count += 1
  return insertOrganization(db, `organization-${count}`)
}

/** A new organization with its operator, so that the tests of a file can share a database. */
export async function operatorWorld(db: Db): Promise<OperatorWorld> {
  const organization = await newOrganization(db)
  const operator = actorOf(organization, 'operator')
  return {
    db,
    organization,
    operator,
    workflow: (given) => createWorkflow({ db }, operator, { ...EMPTY, ...given }),
    attester: ({ id }, bound = {}) =>
      actorOf(organization, 'attester', { ...bound, projectId: id }),
    foreigner: async () => actorOf(await newOrganization(db), 'operator'),
    async audited() {
      const rows = await db
        .selectFrom('audit_entries')
        .where('organization_id', '=', organization.id)
        .select('action')
        .orderBy('created_at')
        .execute()
      return rows.map(({ action }) => action)
    },
  }
}

const EMPTY: NewWorkflow = {
  name: '',
  projectName: 'app',
  contractName: '',
  contractBytes: new Uint8Array(),
  team: '',
  description: '',
}

/** A v2 contract of one material. */
export function contractText(name: string, material = 'binary'): Uint8Array {
  return Buffer.from(
    `apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: ${name}\nspec:\n  materials:\n    - type: ARTIFACT\n      name: ${material}\n`,
  )
}
