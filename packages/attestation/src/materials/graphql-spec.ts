import type { DocumentNode, GraphQLError, parse } from 'graphql'

import { InvalidJson, decodeUtf8 } from '../json/parse-json.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { readAll } from './read-document.ts'

const MAX_TOKENS = 5_000_000

/** A schema in the definition language of https://spec.graphql.org/; documents with operations are none. */
export const graphqlSpec: Crafter = {
  async inspect(evidence, options) {
    const text = await readText(evidence, options)
    // The largest library of all kinds, and one of the rarest kinds.
    const graphql = await import('graphql')
    const { definitions } = parseSchema(graphql, text, evidence)
    const other = definitions.find(
      (node) =>
        !graphql.isTypeSystemDefinitionNode(node) && !graphql.isTypeSystemExtensionNode(node),
    )
    if (other) throw refusal(evidence, `it has an ${other.kind}, which is not part of a schema`)
    const directives = definitions
      .filter((node) => node.kind === graphql.Kind.DIRECTIVE_DEFINITION)
      .map(({ name }) => name.value)
    return {
      annotations: {
        'chainloop.material.graphql.type_count': String(
          definitions.filter((node) => graphql.isTypeDefinitionNode(node)).length,
        ),
        ...(directives.length > 0 && {
          'chainloop.material.graphql.directives': directives.toSorted().join(','),
        }),
      },
    }
  },
}

interface Graphql {
  readonly parse: typeof parse
  readonly GraphQLError: typeof GraphQLError
}

function parseSchema(graphql: Graphql, text: string, evidence: Evidence): DocumentNode {
  try {
    return graphql.parse(text, { maxTokens: MAX_TOKENS, noLocation: true })
  } catch (cause) {
    // The parser recurses into lists of lists.
    if (cause instanceof RangeError) throw refusal(evidence, 'it is nested too deeply')
    if (!(cause instanceof graphql.GraphQLError)) throw cause
    const [place] = cause.locations ?? []
    throw refusal(
      evidence,
      place ? `line ${place.line}, column ${place.column}: ${cause.message}` : cause.message,
    )
  }
}

const STARTS =
  /^[\s,\ufeff]*(?:#|"|(?:type|schema|enum|interface|input|scalar|union|directive|extend)\b)/

async function readText(evidence: Evidence, options: InspectOptions): Promise<string> {
  const accepts = (head: Uint8Array): boolean => STARTS.test(Buffer.from(head).toString('utf8'))
  try {
    return decodeUtf8(await readAll('GRAPHQL_SPEC', evidence, { ...options, accepts }))
  } catch (cause) {
    if (cause instanceof InvalidJson) throw refusal(evidence, cause.message)
    // Too large to be read as a whole is not too large to be an artifact.
    if (cause instanceof InvalidMaterial && cause.reason === 'too_large')
      throw refusal(evidence, cause.message)
    throw cause
  }
}

function refusal({ name }: Evidence, problem: string): InvalidMaterial {
  return new InvalidMaterial('GRAPHQL_SPEC', `${name} is not GRAPHQL_SPEC: ${problem}`)
}
