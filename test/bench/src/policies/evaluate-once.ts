import { readFile } from 'node:fs/promises'

import { nodeHost } from '@chainloop/rego/node-host'
import { compile } from '@chainloop/rego/policy'
import { stringify } from '@chainloop/rego/values/json'
import { parseJson } from '@chainloop/rego/values/parse-json'

/* What `opa eval --data POLICY --input INPUT` does, in a process of its own: node evaluate-once.ts POLICY INPUT DOCUMENT */
const [policy = '', input = '', entrypoint = ''] = process.argv.slice(2)
const [text, document] = await Promise.all([readFile(policy, 'utf8'), readFile(input, 'utf8')])
const compiled = compile({ modules: { [policy]: text } })
const [result] = compiled.evaluateSync({ entrypoint, input: parseJson(document), host: nodeHost() })
process.stdout.write(`${stringify(result?.value ?? null)}\n`)
