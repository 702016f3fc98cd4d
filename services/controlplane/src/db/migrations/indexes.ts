/** What lists of runs are read by, beside the indexes that the table came with. */
const RUN_ORDER = 'created_at desc, id desc'

/**
 * Indexes of tables that may be large, by name. They are built after the migrations, while everybody goes on writing;
 * an entry is never changed, only added, or removed together with a migration that drops the index.
 *
 * Most runs succeed and pass: the partial ones are small, and find what is rare among a million of the others.
 */
export const indexes: Readonly<Record<string, string>> = {
  runs_by_version: `runs (organization_id, project_version_id, ${RUN_ORDER})`,
  runs_by_workflow_version: `runs (organization_id, workflow_id, project_version_id, ${RUN_ORDER})`,
  runs_unsuccessful_by_project: `runs (organization_id, project_id, state, ${RUN_ORDER}) where state <> 'success'`,
  runs_unsuccessful_by_workflow: `runs (organization_id, workflow_id, state, ${RUN_ORDER}) where state <> 'success'`,
  runs_unsuccessful_by_version: `runs (organization_id, project_version_id, state, ${RUN_ORDER}) where state <> 'success'`,
  runs_not_passed_by_project: `runs (organization_id, project_id, policy_status, ${RUN_ORDER}) where policy_status <> 'passed'`,
  runs_not_passed_by_workflow: `runs (organization_id, workflow_id, policy_status, ${RUN_ORDER}) where policy_status <> 'passed'`,
  runs_not_passed_by_version: `runs (organization_id, project_version_id, policy_status, ${RUN_ORDER}) where policy_status <> 'passed'`,
  runs_with_gates: `runs (organization_id, ${RUN_ORDER}) where policy_has_gates`,
  runs_with_gates_by_project: `runs (organization_id, project_id, ${RUN_ORDER}) where policy_has_gates`,
  project_members_by_project: `project_members (organization_id, project_id, created_at, id)`,
  projects_by_age: `projects (organization_id, created_at, id)`,
  retention_policies_by_organization: `retention_policies (organization_id)`,
  trust_rules_list: `trust_rules (organization_id, created_at, id) where removed_at is null`,
  signers_list: `signers (organization_id, created_at, id) where removed_at is null`,
}
