/** A program that made the evidence. */
export interface Tool {
  readonly name: string
  readonly version: string
}

/** The tool that made the evidence, for those kinds that name one. */
export function toolAnnotations({ name, version }: Tool): Record<string, string> {
  return {
    ...(name !== '' && { 'chainloop.material.tool.name': name }),
    ...(version !== '' && { 'chainloop.material.tool.version': version }),
  }
}

/** All of them, and the first one also the way a single tool is named. */
export function toolsAnnotations(tools: readonly Tool[]): Record<string, string> {
  const named = tools.filter(({ name }) => name !== '')
  const [first] = named
  if (!first) return {}
  const spelled = named.map(({ name, version }) => (version === '' ? name : `${name}@${version}`))
  return { ...toolAnnotations(first), 'chainloop.material.tools': JSON.stringify(spelled) }
}
