/** What was done: runs from a year ago to now, their attestations, the graph, deliveries and the audit log. */
export const EVIDENCE: readonly string[] = [
  // The powers make the skew: an organization's and a workflow's number is drawn from those that there are.
  `create temp table seed_runs as
    select d.i, d.s, d.v, gen_random_uuid() as id, w.organization_id, w.project_id, w.id as workflow_id,
      w.o, w.p, w.w, w.revision_id, now() - ($runs - d.i) * (interval '1 year' / $runs) as created_at
    from (
      select i, random() as s, 4 - floor(5 * power(random(), 3))::int as v,
        1 + floor($organizations * power(random(), 5))::int as o, power(random(), 2) as p, power(random(), 2) as w
      from generate_series(1, $runs) as i
    ) as d
    join seed_organizations as o on o.n = d.o
    join seed_workflows as w on w.o = d.o and w.p = 1 + floor(o.projects * d.p)::int and w.w = 1 + floor(8 * d.w)::int`,
  `insert into runs (id, organization_id, project_id, workflow_id, project_version_id, contract_revision_id,
      cas_backend_id, contract_revision_used, contract_revision_latest, state, runner_type, created_by,
      attestation_digest, policy_status, policy_has_gates, last_activity_at, created_at, finished_at)
    select r.id, r.organization_id, r.project_id, r.workflow_id, v.id, r.revision_id, b.id, 1, 1,
      case when s < 0.8 then 'success' when s < 0.9 then 'error' when s < 0.97 then 'expired'
        when s < 0.999 then 'canceled' else 'initialized' end,
      case when r.i % 3 = 0 then 'GITHUB_ACTION' else 'GITLAB_PIPELINE' end, 'seed',
      case when s < 0.8 then 'sha256:' || encode(sha256(r.id::text::bytea), 'hex') end,
      case when s < 0.75 then 'passed' when s < 0.79 then 'skipped' when s < 0.799 then 'warning'
        when s < 0.8 then 'blocked' end,
      case when s < 0.8 then s > 0.78 end, r.created_at, r.created_at,
      case when s < 0.999 then r.created_at + s * interval '10 minutes' end
    from seed_runs as r
    join seed_versions as v on v.o = r.o and v.p = r.p and v.v = r.v
    join seed_backends as b on b.o = r.o and b.b = 1
    order by r.i`,
  `update workflows set latest_run_id = last.id, runs_count = last.count, updated_at = last.at from (
      select distinct on (workflow_id) workflow_id, id, created_at as at, count(*) over (partition by workflow_id) as count
      from seed_runs order by workflow_id, i desc
    ) as last where last.workflow_id = workflows.id`,

  `insert into attestations (organization_id, project_id, workflow_id, run_id, digest, bundle, created_at)
    select organization_id, project_id, workflow_id, id, attestation_digest, '{}', created_at
    from runs where state = 'success' order by created_at`,
  `insert into policy_evaluations (run_id, organization_id, evaluations, evaluated_at)
    select id, organization_id, '[]', now() from seed_runs where i % 50 = 0 and s < 0.8`,

  // Every fifth attestation is in the graph: with a binary of its own and a library that many of its project share.
  `create temp table seed_graph as
    select r.i, r.organization_id, r.project_id, v.id as version_id, r.created_at, r.o, r.p,
      gen_random_uuid() as attestation_id, gen_random_uuid() as binary_id,
      'sha256:' || encode(sha256(r.id::text::bytea), 'hex') as digest
    from seed_runs as r join seed_versions as v on v.o = r.o and v.p = r.p and v.v = r.v
    where r.s < 0.8 and r.i % 5 = 0`,
  `create temp table seed_libraries as
    select o, p, organization_id, id as project_id, l, gen_random_uuid() as id
    from seed_projects, generate_series(0, 4) as l`,
  `insert into referrers (id, organization_id, digest, kind, downloadable, created_at)
    select attestation_id, organization_id, digest, 'ATTESTATION', true, created_at from seed_graph
    union all
    select binary_id, organization_id, 'sha256:' || encode(sha256(binary_id::text::bytea), 'hex'), 'ARTIFACT', true, created_at
    from seed_graph
    union all
    select id, organization_id, 'sha256:' || encode(sha256((project_id::text || l)::bytea), 'hex'), 'SBOM_CYCLONEDX_JSON',
      true, now() - interval '1 year' from seed_libraries`,
  `create temp table seed_edges as
    select g.organization_id, g.attestation_id as a, g.binary_id as b, g.created_at from seed_graph as g
    union all
    select g.organization_id, g.attestation_id, l.id, g.created_at from seed_graph as g
    join seed_libraries as l on l.o = g.o and l.p = g.p and l.l = (g.i / 5) % 5`,
  `insert into referrer_edges (organization_id, from_id, to_id, created_at)
    select organization_id, a, b, created_at from seed_edges
    union all select organization_id, b, a, created_at from seed_edges`,
  `insert into referrer_projects (organization_id, referrer_id, project_id, project_version_id)
    select organization_id, attestation_id, project_id, version_id from seed_graph
    union all select organization_id, binary_id, project_id, version_id from seed_graph
    union all select distinct g.organization_id, l.id, g.project_id, g.version_id
      from seed_graph as g join seed_libraries as l on l.o = g.o and l.p = g.p`,
  `insert into cas_mappings (organization_id, project_id, cas_backend_id, run_id, digest, size, created_at)
    select r.organization_id, r.project_id, b.id, r.id, 'sha256:' || encode(sha256(r.id::text::bytea), 'hex'), 1000, r.created_at
    from seed_runs as r join seed_backends as b on b.o = r.o and b.b = 1 where r.s < 0.8 and r.i % 5 = 0`,
  `insert into upload_receipts (organization_id, project_id, run_id, cas_backend_id, transfer_id, digest, size, created_at)
    select r.organization_id, r.project_id, r.id, b.id, r.id::text, 'sha256:' || encode(sha256(r.id::text::bytea), 'hex'),
      1000, r.created_at
    from seed_runs as r join seed_backends as b on b.o = r.o and b.b = 1 where r.s < 0.8 and r.i % 5 = 0`,

  `insert into deliveries (organization_id, project_id, workflow_id, run_id, attestation_id, attachment_id,
      integration_id, state, created_at, finished_at)
    select t.organization_id, t.project_id, t.workflow_id, t.run_id, t.id, a.id, a.integration_id,
      case when r.i % 100 = 0 then 'failed' else 'delivered' end, t.created_at, t.created_at
    from seed_runs as r join attestations as t on t.run_id = r.id
    join seed_attachments as a on a.workflow_id = t.workflow_id where r.i % 5 = 0`,
  `insert into delivery_attempts (organization_id, delivery_id, job_id, job_try, number, outcome, started_at)
    select organization_id, id, id::text, 1, 1, 'delivered', created_at from deliveries`,

  `insert into audit_entries (organization_id, actor_kind, actor_id, actor_name, action, target_type, target_id, outcome,
      source_address, created_at)
    select organization_id, 'api_token', md5((i % 50)::text)::uuid::text, 'token-' || i % 50,
      case when i % 10 = 0 then 'workflow.updated' when i % 7 = 0 then 'run.opened' else 'attestation.stored' end,
      case when i % 10 = 0 then 'workflow' else 'run' end, id::text,
      case when i % 40 = 0 then 'refused' else 'done' end, '127.0.0.1', created_at
    from seed_runs where i % 3 = 0 order by i`,
  `insert into audit_positions (organization_id, entry_id, position)
    select organization_id, id, row_number() over (partition by organization_id order by created_at, id) - 1
    from audit_entries`,
]
