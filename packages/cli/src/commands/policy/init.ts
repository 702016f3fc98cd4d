import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { text } from '../../core/view.ts'

export const policyInit = defineCommand({
  name: 'policy develop init',
  summary: 'Write a policy to begin with',
  options: {
    name: { type: 'string', default: 'policy', help: 'its name, and that of its files' },
    description: {
      type: 'string',
      default: 'What has to hold, in one sentence',
      help: 'what it asks for',
    },
    directory: { type: 'string', placeholder: 'folder', default: '.', help: 'where to write it' },
    embedded: { type: 'boolean', help: 'one file, with the script in the policy' },
    force: { type: 'boolean', help: 'replace files that are there' },
  },
  examples: ['chainloop policy develop init --name sbom-fresh --directory policies'],

  async run(_session, options) {
    const name = options.name.toLowerCase().replaceAll(/\s+/g, '-')
    await mkdir(options.directory, { recursive: true })
    const files = filesOf(name, options.description, options.embedded === true)
    for (const [file, content] of files) {
      await write(join(options.directory, file), content, options.force === true)
    }
    return { name, files: files.map(([file]) => join(options.directory, file)) }
  },

  view: ({ files }) => [
    text(...files, '', `chainloop policy develop eval --policy ${files[0] ?? ''} --material FILE`),
  ],
})

async function write(path: string, content: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: force ? 'w' : 'wx' })
  } catch (cause) {
    if (typeof cause !== 'object' || cause === null || Reflect.get(cause, 'code') !== 'EEXIST') {
      throw cause
    }
    throw new Refused(`${path} exists already`, '--force replaces it')
  }
}

function filesOf(
  name: string,
  description: string,
  embedded: boolean,
): readonly (readonly [string, string])[] {
  const head = `apiVersion: chainloop.dev/v1
kind: Policy
metadata:
  name: ${name}
  description: ${JSON.stringify(description)}
spec:
  inputs:
    - name: limit
      description: how many components are allowed
      default: "1000"
  policies:
    - kind: SBOM_CYCLONEDX_JSON
`
  if (embedded) {
    const script = SCRIPT.replaceAll(/^(?=.)/gm, '        ')
    return [[`${name}.yaml`, `${head}      embedded: |\n${script}`]]
  }
  return [
    [`${name}.yaml`, `${head}      ref: ${name}.rego\n`],
    [`${name}.rego`, SCRIPT],
    [`${name}_test.rego`, TESTS],
  ]
}

const SCRIPT = `package main

import rego.v1

# Every message is a violation. \`input\` is the material, \`input.args\` the inputs of the policy.
violations contains message if {
	count(input.components) > to_number(input.args.limit)
	message := sprintf("%d components, %s are allowed", [count(input.components), input.args.limit])
}
`

const TESTS = `package main

import rego.v1

test_few_components_pass if {
	count(violations) == 0 with input as {"components": [1], "args": {"limit": "1"}}
}

test_too_many_components_are_a_violation if {
	count(violations) == 1 with input as {"components": [1, 2], "args": {"limit": "1"}}
}
`
