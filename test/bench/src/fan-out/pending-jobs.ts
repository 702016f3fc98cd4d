import pg from 'pg'

/**
 * So many deliveries that wait, of generations of one attestation to one attachment, as the control plane leaves them: a
 * thousand in the workers' reach, the rest behind.
 */
export async function insertPending(databaseUrl: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(
      `insert into deliveries (organization_id, project_id, workflow_id, run_id, attestation_id,
         attachment_id, integration_id, generation, held)
       select d.organization_id, d.project_id, d.workflow_id, d.run_id, d.attestation_id,
         d.attachment_id, d.integration_id, 10 + n, case when n <= 1000 then '' else 'backlog' end
       from (select * from deliveries limit 1) d, generate_series(1, $1::int) n`,
      [count],
    )
    await client.query(
      `insert into pgboss.job (id, name, data, priority, group_id, group_tier, retry_limit,
         heartbeat_seconds, expire_seconds, policy, dead_letter)
       select d.job_id, 'deliveries',
         jsonb_build_object('deliveryId', d.id, 'organizationId', d.organization_id, 'trace', '{}'::jsonb),
         case when d.held = '' then 0 else -1 end, d.integration_id, '100', q.retry_limit,
         q.heartbeat_seconds, q.expire_seconds, q.policy, q.dead_letter
       from deliveries d, pgboss.queue q
       where d.generation > 10 and q.name = 'deliveries'`,
    )
    await client.query(
      `update delivery_lanes set backlogged = true, max_concurrency = 100
       where integration_id in (select integration_id from deliveries where held = 'backlog' limit 1)`,
    )
    await client.query('analyze')
  } finally {
    await client.end()
  }
}
