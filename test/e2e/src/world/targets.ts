import { randomUUID } from 'node:crypto'

import { startGcsServer } from '@chainloop/integrations/object-storage/testing/gcs-server'
import { startS3Server } from '@chainloop/integrations/object-storage/testing/s3-server'
import { startDependencyTrack } from '@chainloop/integrations/plugins/dependency-track/testing/dependency-track-server'
import { startDiscord } from '@chainloop/integrations/plugins/discord-webhook/testing/discord-server'
import { startGitHub } from '@chainloop/integrations/plugins/github/testing/github-server'
import { startGitLab } from '@chainloop/integrations/plugins/gitlab/testing/gitlab-server'
import { startJira } from '@chainloop/integrations/plugins/jira/testing/jira-server'
import { startKafka } from '@chainloop/integrations/plugins/kafka/testing/kafka-server'
import { listenAt } from '@chainloop/integrations/plugins/nats/testing/nats-server'
import { startSlack } from '@chainloop/integrations/plugins/slack-webhook/testing/slack-server'
import { startMailServer } from '@chainloop/integrations/plugins/smtp/testing/mail-server'
import { startTeams } from '@chainloop/integrations/plugins/teams/testing/teams-server'
import { startReceiver } from '@chainloop/integrations/testing/receiver'
import { listReferrers } from '@chainloop/oci/referrers'
import { openRegistry, openRepository } from '@chainloop/oci/registry'

/** Something that a plugin delivers to, as the operator sets it up. */
export interface Target {
  readonly plugin: string
  readonly registration: Readonly<Record<string, string | boolean>>
  readonly attachment: Readonly<Record<string, string | boolean>>
  /** What it has got so far, in whatever form. */
  readonly received: () => unknown
  /** What is refused by the description of the vendor. */
  readonly refusals?: readonly string[]
}

export interface Evidence {
  /** Of the job's repository: `owner/name`. */
  readonly repository: string
  readonly commit: string
  /** Of the job's image: `host/path`. */
  readonly image: string
  readonly imageDigest: `sha256:${string}`
  /** `host:port` */
  readonly natsServer: string
}

const projectID = '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a03'

/** A target for each plugin. */
export async function startTargets(
  stack: AsyncDisposableStack,
  evidence: Evidence,
): Promise<readonly Target[]> {
  return [
    ...(await startStorages(stack)),
    ...(await startChats(stack)),
    ...(await startTrackers(stack, evidence)),
    ...(await startBrokers(stack, evidence)),
    registryOf(evidence),
  ]
}

async function startStorages(stack: AsyncDisposableStack): Promise<Target[]> {
  const s3 = stack.use(await startS3Server())
  const gcs = stack.use(await startGcsServer())
  const { accessKeyID, secretAccessKey } = s3
  const archive = { endpoint: s3.url, bucket: 'one', accessKeyID, secretAccessKey }
  const bucket = { endpoint: gcs.url, bucket: 'one', credentials: gcs.credentials }
  const keys = (): readonly string[] => [...gcs.objects.keys()]
  const archived = (): unknown => keys().filter((key) => !key.startsWith('chainloop/'))
  const collected = (): unknown => keys().filter((key) => key.startsWith('chainloop/'))
  return [
    { plugin: 's3', registration: archive, attachment: {}, received: () => s3.keys() },
    { plugin: 'gcs', registration: bucket, attachment: {}, received: archived },
    { plugin: 'guac', registration: bucket, attachment: {}, received: collected },
  ]
}

async function startChats(stack: AsyncDisposableStack): Promise<Target[]> {
  const slack = stack.use(await startSlack())
  const discord = stack.use(await startDiscord())
  const teams = stack.use(await startTeams())
  const mail = stack.use(await startMailServer({ authOptional: true }))
  const hook = stack.use(await startReceiver())
  const people = { from: 'ci@a.example', to: 'ops@a.example' }
  return [
    {
      plugin: 'slack-webhook',
      registration: { webhook: slack.webhook },
      attachment: {},
      received: () => slack.texts,
      refusals: slack.refusals,
    },
    {
      plugin: 'discord-webhook',
      registration: { webhook: discord.webhook },
      attachment: {},
      received: () => discord.messages,
      refusals: discord.refusals,
    },
    {
      plugin: 'teams',
      registration: { webhook: teams.webhook },
      attachment: {},
      received: () => teams.cards,
      refusals: teams.refusals,
    },
    {
      plugin: 'smtp',
      registration: { ...people, host: '127.0.0.1', port: mail.port, security: 'none' },
      attachment: { cc: 'boss@a.example' },
      received: () => mail.mails,
    },
    {
      plugin: 'webhook',
      registration: { url: hook.url },
      attachment: { format: 'cloudevents' },
      received: () => hook.requests.map(({ body }) => body),
    },
  ]
}

async function startTrackers(
  stack: AsyncDisposableStack,
  { repository, commit }: Evidence,
): Promise<Target[]> {
  const token = 'token-of-the-tests'
  const github = stack.use(await startGitHub({ token, repository, commit }))
  const gitlab = stack.use(await startGitLab({ token, project: repository, commit }))
  const account = { email: 'ci@a.example', apiToken: token, project: 'SEC' }
  const jira = stack.use(await startJira(account))
  const dependencyTrack = stack.use(
    await startDependencyTrack({
      apiKey: token,
      permissions: ['BOM_UPLOAD', 'VIEW_PORTFOLIO'],
      projects: [projectID],
    }),
  )
  return [
    {
      plugin: 'github',
      registration: { apiURL: github.url, token },
      attachment: {},
      received: () => github.statuses,
      refusals: github.refusals,
    },
    {
      plugin: 'gitlab',
      registration: { url: gitlab.url, token },
      attachment: { project: repository },
      received: () => gitlab.statuses,
      refusals: gitlab.refusals,
    },
    {
      plugin: 'jira',
      registration: { url: jira.url, ...account },
      attachment: {},
      received: () => jira.issues,
      refusals: jira.refusals,
    },
    {
      plugin: 'dependency-track',
      registration: { instanceURI: dependencyTrack.url, apiKey: token },
      attachment: { projectID },
      received: () => dependencyTrack.boms,
      refusals: dependencyTrack.refusals,
    },
  ]
}

async function startBrokers(
  stack: AsyncDisposableStack,
  { natsServer }: Evidence,
): Promise<Target[]> {
  const kafka = stack.use(await startKafka({ topic: 'evidence' }))
  const subject = `evidence.${randomUUID()}`
  const { heard } = stack.use(await listenAt(natsServer, subject))
  return [
    {
      plugin: 'kafka',
      registration: { brokers: kafka.broker, tls: false },
      attachment: { topic: 'evidence' },
      received: () => kafka.records,
    },
    {
      plugin: 'nats',
      registration: { servers: natsServer, tls: false },
      attachment: { subject, jetStream: false },
      received: () => heard,
    },
  ]
}

function registryOf({ image, imageDigest }: Evidence): Target {
  const [host = '', ...path] = image.split('/')
  const repository = openRepository(openRegistry(host), path.join('/'))
  return {
    plugin: 'oci-registry',
    registration: { repository: `${host}/${path[0]}` },
    attachment: {},
    received: () => listReferrers(repository, imageDigest),
  }
}
