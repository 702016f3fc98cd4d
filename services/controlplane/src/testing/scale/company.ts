/** People, machines and what is declared, numbered so that what follows finds them. */
export const COMPANY: readonly string[] = [
  `create temp table seed_organizations on commit preserve rows as
    select n, gen_random_uuid() as id, 2 + 100 / n as projects
    from generate_series(1, $organizations) as n`,
  `insert into organizations (id, name) select id, 'organization-' || n from seed_organizations`,

  `create temp table seed_projects as
    select o.n as o, o.id as organization_id, p, gen_random_uuid() as id,
      row_number() over (partition by o.n order by p) as number
    from seed_organizations as o, generate_series(1, o.projects) as p`,
  `insert into projects (id, organization_id, name)
    select id, organization_id, 'project-' || p from seed_projects`,
  `create temp table seed_versions as
    select p.o, p.p, v, p.organization_id, p.id as project_id, gen_random_uuid() as id
    from seed_projects as p, generate_series(0, 4) as v`,
  `insert into project_versions (id, organization_id, project_id, version, prerelease, latest, created_at)
    select id, organization_id, project_id, 'v' || v, v = 4, v = 4, now() - (5 - v) * interval '60 days'
    from seed_versions`,

  `create temp table seed_workflows as
    select p.o, p.p, w, p.organization_id, p.id as project_id, gen_random_uuid() as id,
      gen_random_uuid() as contract_id, gen_random_uuid() as revision_id
    from seed_projects as p, generate_series(1, 8) as w`,
  `insert into contracts (id, organization_id, project_id, name, created_at)
    select contract_id, organization_id, project_id, 'project-' || p || '-workflow-' || w,
      now() - interval '1 year' + (p * 8 + w) * interval '1 minute'
    from seed_workflows`,
  `insert into contract_revisions (id, organization_id, contract_id, revision, raw_body, format, digest)
    select revision_id, organization_id, contract_id, 1, '{}', 'json', 'sha256:' || md5(w::text) from seed_workflows`,
  `insert into workflows (id, organization_id, project_id, contract_id, name, team, description, metadata, created_at)
    select id, organization_id, project_id, contract_id, 'workflow-' || w, 'team-' || p, 'builds part ' || w,
      jsonb_build_object('tier', w % 3), now() - interval '1 year' + (p * 8 + w) * interval '1 minute'
    from seed_workflows`,

  `create temp table seed_backends as
    select o.n as o, o.id as organization_id, b, gen_random_uuid() as id
    from seed_organizations as o, generate_series(1, 6) as b`,
  `insert into cas_backends (id, organization_id, name, provider, location, is_default, created_at)
    select id, organization_id, 'backend-' || b, 'OCI', 'registry.example/' || b, b = 1, now() - b * interval '1 day'
    from seed_backends`,

  `insert into users (email, first_name, last_name)
    select 'person-' || n || '@acme.example', 'Person', n::text from generate_series(1, $organizations * 25) as n`,
  `create temp table seed_members as
    select o.n as o, o.id as organization_id, u.id as user_id,
      row_number() over (partition by o.n order by u.email) as m
    from users as u join seed_organizations as o
      on abs(hashtext(u.email)) % (10 + o.n) = 0 and o.n <= 4 or abs(hashtext(u.email)) % $organizations = o.n - 1`,
  `insert into memberships (organization_id, user_id, role, created_at)
    select organization_id, user_id, (array['owner', 'admin', 'viewer', 'member', 'contributor'])[1 + m % 5],
      now() - m * interval '1 minute'
    from seed_members`,
  `update users set current_organization_id = m.organization_id
    from memberships as m where m.user_id = users.id`,
  `insert into sessions (user_id, refresh_until, expires_at, created_at)
    select id, now() + interval '7 days', now() + interval '30 days', now() - n * interval '1 hour'
    from users, generate_series(1, 4) as n`,
  `create temp table seed_groups as
    select o.n as o, o.id as organization_id, g, gen_random_uuid() as id
    from seed_organizations as o, generate_series(1, 3 + 300 / o.n) as g`,
  `insert into groups (id, organization_id, name) select id, organization_id, 'group-' || g from seed_groups`,
  `insert into group_members (organization_id, group_id, user_id)
    select g.organization_id, g.id, m.user_id from seed_groups as g join seed_members as m
    on m.o = g.o and m.m % 97 = g.g % 97`,
  `insert into project_members (organization_id, project_id, group_id, role)
    select p.organization_id, p.id, g.id, 'viewer' from seed_projects as p join seed_groups as g
    on g.o = p.o and g.g % 11 = p.p % 11`,
  `insert into project_members (organization_id, project_id, user_id, role)
    select p.organization_id, p.id, m.user_id, 'admin' from seed_projects as p join seed_members as m
    on m.o = p.o and m.m % 53 = p.p % 53`,
  `insert into invitations (organization_id, email, role, state, project_id, project_role, group_id, created_at)
    select o.id, 'new-' || x || '@acme.example', 'viewer', 'pending', p.id, 'viewer', g.id, now() - x * interval '1 minute'
    from seed_organizations as o
    join seed_projects as p on p.o = o.n and p.p = 1
    join seed_groups as g on g.o = o.n and g.g = 1, generate_series(1, 10 + 400 / o.n) as x`,

  `insert into api_tokens (organization_id, project_id, name, role, created_by, revoked_at, created_at)
    select organization_id, id, 'token-' || t, 'attester', 'seed', case when t % 2 = 0 then now() end,
      now() - (p * 6 + t) * interval '1 minute'
    from seed_projects, generate_series(1, 6) as t`,
  `insert into trust_rules (organization_id, project_id, name, platform, issuer, claims, created_by, created_at)
    select organization_id, id, 'rule-' || p || '-' || t, 'github', 'https://issuer.example/' || t, '{"sub": "x"}', 'seed',
      now() - (p * 4 + t) * interval '1 minute'
    from seed_projects, generate_series(1, 4) as t`,
  `insert into signers (organization_id, name, kind, fingerprint, material, all_projects, not_before, created_by, created_at)
    select o.id, 'signer-' || s, 'public_key', 'sha256:' || md5(o.n || '-' || s), convert_to('-----BEGIN PUBLIC KEY-----' || chr(10) ||
        'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHbg3ml+UEHaVI1dc/EIVRGO+M3Ps' || chr(10) ||
        'oKl5rShvAFWB89wivxMzDWPCVRwhegYXkvPbJCnt6TYaheHHN56pAi3nxA==' || chr(10) ||
        '-----END PUBLIC KEY-----' || chr(10), 'utf8'), true, now(), 'seed',
      now() - s * interval '1 minute'
    from seed_organizations as o, generate_series(1, 4 + 200 / o.n) as s`,
  `insert into signer_projects (organization_id, signer_id, project_id)
    select s.organization_id, s.id, p.id from signers as s join seed_projects as p
    on p.organization_id = s.organization_id and p.p = 1`,

  `create temp table seed_integrations as
    select o.n as o, o.id as organization_id, i, gen_random_uuid() as id
    from seed_organizations as o, generate_series(1, 4 + 100 / o.n) as i`,
  `insert into integrations (id, organization_id, name, plugin_id, created_at)
    select id, organization_id, 'integration-' || i, 'webhook', now() - i * interval '1 minute' from seed_integrations`,
  `create temp table seed_attachments as
    select w.o, w.p, w.w, w.organization_id, w.project_id, w.id as workflow_id, i.id as integration_id,
      gen_random_uuid() as id
    from seed_workflows as w join seed_integrations as i on i.o = w.o and i.i = 1 + w.w % 4`,
  `insert into integration_attachments (id, organization_id, project_id, workflow_id, integration_id)
    select id, organization_id, project_id, workflow_id, integration_id from seed_attachments`,
  `insert into retention_policies (project_id, organization_id, keep_days) select id, organization_id, 90 from seed_projects`,
  `insert into storage_tasks (organization_id, kind, state, cas_backend_id, created_by, created_at)
    select organization_id, 'verification', 'done', id, 'seed', now() - t * interval '1 day'
    from seed_backends, generate_series(1, 20) as t`,
]
