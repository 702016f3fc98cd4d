import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { parse } from 'yaml'

import { command } from './command.ts'
import type { Env } from './environment.ts'

/** As much of workflows and composite actions as ours use (https://docs.github.com/en/actions/reference, read 2026-11-23). */
interface Step {
  readonly id?: string
  readonly name?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Env
  readonly with?: Env
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly default?: string; readonly required?: boolean }>
  >
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

/** Values by their names with dots: `inputs.project`. */
type Values = Record<string, string>

export interface RunnerOptions {
  readonly cwd: string
  readonly env: Env
  /** Variables of the organization. */
  readonly vars: Env
  /** `with` of the step that uses our action, besides what the workflow says. */
  readonly with: Env
  /** Where our action is. */
  readonly action: string
}

/** Runs the steps of a job as GitHub would, but for the actions of others. Returns what they printed. */
export async function runJob(steps: readonly Step[], options: RunnerOptions): Promise<string> {
  return runSteps(steps, options, prefixed('vars', options.vars))
}

async function runSteps(
  steps: readonly Step[],
  options: RunnerOptions,
  values: Values,
): Promise<string> {
  let printed = ''
  for (const step of steps) {
    const env = filled(step.env ?? {}, values)
    if (step.run !== undefined)
      printed += await runScript(fill(step.run, values), { env, step, options, values })
    if (step.uses?.includes('/deploy/github-action@')) {
      printed += await runAction(step, options, values)
    }
  }
  return printed
}

async function runAction(step: Step, options: RunnerOptions, values: Values): Promise<string> {
  const action: Action = parse(await readFile(options.action, 'utf8'))
  const given = { ...filled(step.with ?? {}, values), ...options.with }
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(action.inputs, name))
  if (unknown.length > 0) throw new Error(`the action has no input ${unknown.join(', ')}`)
  const inputs = Object.entries(action.inputs).map(([name, input]) => {
    const value = given[name] ?? input.default
    if (value === undefined) throw new Error(`the action needs ${name}`)
    return [`inputs.${name}`, value] as const
  })
  const own: Values = Object.fromEntries(inputs)
  const printed = await runSteps(action.runs.steps, options, own)
  for (const [name, { value }] of Object.entries(action.outputs)) {
    values[`steps.${step.id}.outputs.${name}`] = fill(value, own)
  }
  return printed
}

interface Script {
  readonly env: Env
  readonly step: Step
  readonly options: RunnerOptions
  readonly values: Values
}

async function runScript(script: string, { env, step, options, values }: Script): Promise<string> {
  const output = join(options.cwd, '.github-output')
  await writeFile(output, '')
  const printed = await command(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
    {
      cwd: options.cwd,
      env: {
        ...options.env,
        ...env,
        GITHUB_OUTPUT: output,
        GITHUB_ACTION_PATH: dirname(options.action),
        RUNNER_TEMP: options.cwd,
      },
    },
  )
  for (const line of (await readFile(output, 'utf8')).split('\n').filter(Boolean)) {
    const [name = '', value = ''] = line.split(/=(.*)/s)
    values[`steps.${step.id}.outputs.${name}`] = value
  }
  return printed
}

function prefixed(context: string, values: Env): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${context}.${name}`, value]),
  )
}

function filled(texts: Env, values: Values): Env {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text, values)]))
}

/** Only names: what is unknown, or more than a name, is an error. */
function fill(text: string, values: Values): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`there is no ${name}`)
    return value
  })
}
