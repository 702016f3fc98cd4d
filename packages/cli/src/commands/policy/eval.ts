import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused, UsageError } from '../../core/exit.ts'
import { record, table } from '../../core/view.ts'
import { evaluationReport, fixOf } from '../../reports/evaluation-report.ts'
import { reportOptions, writeReports } from '../../reports/report.ts'

export const policyEval = defineCommand({
  name: 'policy develop eval',
  summary: 'Judge a material by a policy, on this machine',
  details:
    'Nothing is recorded, and no control plane is asked. Violations do not change the exit code, unless the policy is tried as a gate.',
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
    gate: { type: 'boolean', help: 'end with exit code 4 when there are violations' },
    ...reportOptions,
  },
  examples: [
    'chainloop policy develop eval --policy fresh.yaml --material sbom.cdx.json',
    'chainloop policy develop eval --policy fresh.yaml --material sbom.cdx.json --gate --sarif fresh.sarif',
  ],

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
    const { violations, skipped, skipReasons, name } = evaluation
    const gate = options.gate === true
    await writeReports(
      options,
      evaluationReport([{ ...evaluation, gate }], () => options.material),
    )
    return {
      policy: name,
      gate,
      kind: judged,
      skipped,
      skipReasons,
      violations: violations.map(({ message, suppressed, finding }) => ({
        message,
        suppressed,
        fix: fixOf({ finding }),
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
            ['violation', 'fix', ''],
            violations.map(({ message, fix, suppressed }) => [
              message,
              fix,
              suppressed ? 'suppressed' : '',
            ]),
            { empty: '' },
          ),
        ]),
  ],

  exit({ policy, gate, violations }) {
    if (!gate || violations.every(({ suppressed }) => suppressed)) return undefined
    const error = new Refused(`the policy "${policy}" is tried as a gate and has violations`)
    return { code: EXIT.gate, error }
  },
})
