import { defineCommand } from '../../core/command.ts'
import { Refused, UsageError } from '../../core/exit.ts'
import { record, table } from '../../core/view.ts'

export const policyEval = defineCommand({
  name: 'policy develop eval',
  summary: 'Judge a material by a policy, on this machine',
  details:
    'Nothing is recorded, and no control plane is asked. Violations do not change the exit code.',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      placeholder: 'path',
      default: 'policy.yaml',
      help: 'the policy',
    },
    material: {
      type: 'string',
      required: true,
      placeholder: 'path|url|text',
      help: 'what is judged',
    },
    kind: { type: 'string', placeholder: 'KIND', help: 'its kind; else what it looks like' },
    annotation: { type: 'pairs', help: 'an annotation of the material' },
    input: { type: 'pairs', help: 'an input of the policy' },
    allowedHostnames: { type: 'list', help: 'hosts that scripts may ask' },
  },
  examples: ['chainloop policy develop eval --policy fresh.yaml --material sbom.cdx.json'],

  async run({ io }, options) {
    const { isMaterialKind } = await import('@chainloop/attestation/materials/material-kind')
    const { kind } = options
    if (kind !== undefined && !isMaterialKind(kind))
      throw new UsageError(`there is no kind ${kind}`)
    const { tryPolicy } = await import('@chainloop/sdk/policies/evaluate-policy')
    const { evaluation, kind: judged } = await tryPolicy({
      policy: options.policy,
      inputs: options.input,
      material: options.material,
      kind,
      annotations: options.annotation,
      hostnames: options.allowedHostnames,
      env: io.env,
      print: (message, at) => io.info(`${at}: ${message}`),
    })
    if (!evaluation) {
      throw new Refused(
        `no script of the policy judges ${judged}, or all that do ignored it`,
        '--kind says what the material is',
      )
    }
    const { violations, skipped, skipReasons } = evaluation
    return {
      kind: judged,
      skipped,
      skipReasons,
      violations: violations.map(({ message, suppressed, finding }) => ({
        message,
        suppressed,
        ...(finding && { finding }),
      })),
    }
  },

  view: ({ kind, skipped, skipReasons, violations }) => [
    record([
      ['kind', kind],
      ['verdict', violations.length > 0 ? 'violated' : skipped ? 'skipped' : 'passed'],
      ['why', skipReasons.join('; ')],
    ]),
    ...(violations.length === 0
      ? []
      : [
          table(
            ['violation', ''],
            violations.map(({ message, suppressed }) => [message, suppressed ? 'suppressed' : '']),
            { empty: '' },
          ),
        ]),
  ],
})
