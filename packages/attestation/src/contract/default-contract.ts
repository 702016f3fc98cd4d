import { CONTRACT_API_VERSION } from './contract.ts'

/** The YAML of a contract that asks for nothing, for a workflow that was created without one. */
export function defaultContract(name: string): Uint8Array<ArrayBuffer> {
  const lines = [
    `apiVersion: ${CONTRACT_API_VERSION}`,
    'kind: Contract',
    'metadata:',
    `  name: ${JSON.stringify(name)}`,
    'spec: {}',
    '',
  ]
  return new TextEncoder().encode(lines.join('\n'))
}
