import type { JobIdentity } from '../identities/job-identity.ts'
import type { Run } from '../runs/run.ts'
import { extension, uriNameExtension } from './certificate.ts'
import type { Der } from './der.ts'
import { utf8String } from './der.ts'
import { JOB_OIDS, OIDS, RUN_OIDS } from './oids.ts'

/** Whom a certificate is for: one run, and who asked for it. */
export interface RunIdentity {
  readonly instanceUrl: string
  readonly organization: { readonly id: string; readonly name: string }
  readonly project: { readonly id: string; readonly name: string }
  readonly workflow: { readonly id: string; readonly name: string }
  readonly runId: string
  /** `<kind>:<id>`. */
  readonly requestedBy: string
  /** Of a job that proved itself; everything in it was verified. */
  readonly job?: JobIdentity | undefined
}

export function runIdentity(run: Run, instanceUrl: string): RunIdentity {
  const { organization, project, workflow, id, createdBy, identity } = run
  return {
    instanceUrl,
    organization,
    project,
    workflow,
    runId: id,
    requestedBy: createdBy,
    job: identity,
  }
}

/** The subject of a certificate: the URI of the workflow where a platform vouches for it, as Fulcio names it; else the run's. */
export function identityUri(identity: RunIdentity): string {
  const { job } = identity
  // One spelling for one workflow, and nothing but ASCII.
  return job?.workflowUri === undefined ? runUri(identity) : encodeURI(job.workflowUri)
}

/** `<instance>/organizations/<name>/projects/<name>/workflows/<name>/runs/<id>`. */
export function runUri(
  run: Pick<RunIdentity, 'instanceUrl' | 'organization' | 'project' | 'workflow' | 'runId'>,
): string {
  const path = [
    ['organizations', run.organization.name],
    ['projects', run.project.name],
    ['workflows', run.workflow.name],
    ['runs', run.runId],
  ].map(([noun, name = '']) => `${noun}/${encodeURIComponent(name)}`)
  return [run.instanceUrl.replace(/\/+$/, ''), ...path].join('/')
}

export function identityExtensions(identity: RunIdentity): Der[] {
  const { job, instanceUrl } = identity
  const isNamedByPlatform = job?.workflowUri !== undefined
  const said = {
    [OIDS.fulcioIssuer]: isNamedByPlatform ? job.issuer : instanceUrl,
    ...jobSaid(job),
    [RUN_OIDS.organization]: identity.organization.name,
    [RUN_OIDS.organizationId]: identity.organization.id,
    [RUN_OIDS.project]: identity.project.name,
    [RUN_OIDS.projectId]: identity.project.id,
    [RUN_OIDS.workflow]: identity.workflow.name,
    [RUN_OIDS.workflowId]: identity.workflow.id,
    [RUN_OIDS.runId]: identity.runId,
    [RUN_OIDS.requestedBy]: identity.requestedBy,
  }
  return [
    // Critical because the subject is empty, RFC 5280 §4.2.1.6.
    uriNameExtension(identityUri(identity), true),
    ...Object.entries(said).map(([type, value]) => extension(type, utf8String(value))),
  ]
}

/** Only of a token that was verified: what is absent there is absent here. */
function jobSaid(job: JobIdentity | undefined): Record<string, string> {
  if (!job) return {}
  const facts = Object.entries(JOB_OIDS).map(([fact, type]) => {
    const value = job[fact as keyof typeof JOB_OIDS]
    return value === undefined ? [] : [[type, value] as const]
  })
  return {
    ...Object.fromEntries(facts.flat()),
    [RUN_OIDS.jobIssuer]: job.issuer,
    [RUN_OIDS.jobSubject]: job.subject,
  }
}
