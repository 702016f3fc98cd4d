import { isObject, member } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { apiCrafter, named } from './api-document.ts'
import { asyncapiSchema } from './schemas/asyncapi-schemas.ts'

/** https://www.asyncapi.com/docs/reference, 2.0 to 3.1, against the schema of the version that it states. */
export const asyncapiSpec = apiCrafter('ASYNCAPI_SPEC', {
  marks: ['asyncapi'],
  schemaOf: asyncapiSchema,
  annotate: protocol,
})

/** Of the server whose name comes first. */
function protocol(document: Place): Record<string, string> {
  const servers = member(document, 'servers')
  if (!isObject(servers.value)) return {}
  const [first] = Object.keys(servers.value).toSorted()
  if (first === undefined || !isObject(servers.value[first])) return {}
  return named('chainloop.material.api.protocol', member(member(servers, first), 'protocol'))
}
