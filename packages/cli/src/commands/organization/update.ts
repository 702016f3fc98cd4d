import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { organizationRecord } from './view.ts'

export const organizationUpdate = defineCommand({
  name: 'organization update',
  summary: 'Change the rules of the organization',
  options: {
    name: { type: 'string', help: "name of the organization; default: the token's own" },
    block: {
      type: 'boolean',
      negatable: true,
      help: 'policies are gates unless they say otherwise',
    },
    policiesAllowedHostnames: {
      type: 'list',
      placeholder: 'host',
      help: 'hosts that policies may ask',
    },
    preventImplicitWorkflowCreation: {
      type: 'boolean',
      negatable: true,
      help: 'jobs cannot create workflows',
    },
    restrictContractCreation: {
      type: 'boolean',
      negatable: true,
      help: 'only administrators create contracts',
    },
    blockAttestationsOnReleasedVersions: {
      type: 'boolean',
      negatable: true,
      help: 'nothing is added to a released version',
    },
    skipRunnerEnvVars: {
      type: 'boolean',
      negatable: true,
      help: "the runner's own variables are not recorded",
    },
    allowJobContractUpdate: {
      type: 'boolean',
      negatable: true,
      help: 'jobs may send new revisions of their contract',
    },
    twoPersonPolicyExceptions: {
      type: 'boolean',
      negatable: true,
      help: 'two people who have not asked for it approve an exception',
    },
    allowOldContractRevisions: {
      type: 'boolean',
      negatable: true,
      help: 'jobs may choose an older revision of their contract',
    },
    publicLog: {
      type: 'boolean',
      negatable: true,
      help: 'anybody may read the transparency log',
    },
  },

  async run(session, options) {
    const client = await session.client()
    const { toOrganization } = await import('@chainloop/sdk/model/organization')
    const {
      name: given,
      block,
      policiesAllowedHostnames: hosts,
      restrictContractCreation,
      ...rest
    } = options
    const name = given ?? (await client.context.current({})).result?.currentMembership?.org?.name
    if (name === undefined) throw new Refused('the token belongs to no organization')

    const changes = Object.entries({
      ...rest,
      blockOnPolicyViolation: block,
      restrictContractCreationToOrgAdmins: restrictContractCreation,
    }).filter(([, value]) => value !== undefined)
    const { result } = await client.organizations.update({
      name,
      ...Object.fromEntries(changes),
      ...(hosts.length > 0 && {
        policiesAllowedHostnames: [...hosts],
        updatePoliciesAllowedHostnames: true,
      }),
    })
    return toOrganization(result)
  },

  view: (organization) => [organizationRecord(organization)],
})
