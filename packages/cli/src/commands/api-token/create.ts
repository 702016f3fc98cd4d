import { defineCommand } from '../../core/command.ts'
import { durationSeconds } from '../../core/duration.ts'
import { text } from '../../core/view.ts'
import { tokenRecord } from './view.ts'

export const tokenCreate = defineCommand({
  name: 'organization api-token create',
  summary: 'Create a token for a CI job or a program',
  details:
    'An attester may attest on its project and read the contracts there, no more. The token is shown once.',
  options: {
    name: { type: 'string', required: true, help: 'name of the token' },
    project: { type: 'string', help: 'the project that it is for; an attester needs one' },
    workflow: { type: 'string', help: 'good for runs of this workflow of the project only' },
    role: {
      type: 'string',
      choices: ['attester', 'viewer', 'operator'],
      default: 'attester',
      help: 'what it may do',
    },
    right: {
      type: 'list',
      placeholder: 'right',
      help: 'more rights for an attester: contract:update, workflow:create, artifact:read',
    },
    description: { type: 'string', help: 'what it is for' },
    expiration: {
      type: 'string',
      placeholder: 'duration',
      help: 'lifetime, such as 30d or 12h; default: it does not expire',
    },
    tokenOnly: { type: 'boolean', help: 'print the token and nothing else' },
  },
  examples: [
    'chainloop organization api-token create --name ci --project web --token-only > token',
  ],

  async run(session, options) {
    const client = await session.client()
    const { apiTokenRole, toApiToken } = await import('@chainloop/sdk/model/api-token')
    const role = apiTokenRole.names.find((name) => name === options.role) ?? 'attester'
    const { result } = await client.apiTokens.create({
      name: options.name,
      role: apiTokenRole.numberOf(role),
      rights: [...options.right],
      ...(options.description !== undefined && { description: options.description }),
      ...(options.project !== undefined && { projectReference: { name: options.project } }),
      ...(options.workflow !== undefined && { workflowName: options.workflow }),
      ...(options.expiration !== undefined && {
        expiresIn: {
          seconds: BigInt(durationSeconds('--expiration', options.expiration)),
          nanos: 0,
        },
      }),
    })
    return { ...toApiToken(result?.item), jwt: result?.jwt ?? '' }
  },

  view: ({ jwt, ...token }, { tokenOnly }) =>
    tokenOnly === true ? [text(jwt)] : [tokenRecord(token), text(jwt)],
})
