import { apiCrafter } from './api-document.ts'
import { openapiSchema } from './schemas/openapi-schemas.ts'

/** https://spec.openapis.org/oas/, 2.0 (Swagger) to 3.2, against the schema of the version that it states. */
export const openapiSpec = apiCrafter('OPENAPI_SPEC', {
  marks: ['openapi', 'swagger'],
  // A patch version has no schema of its own.
  schemaOf: async (version) => openapiSchema(version.split('.').slice(0, 2).join('.')),
})
