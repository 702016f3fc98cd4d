import schema from './contract.schema.json' with { type: 'json' }

/** The JSON Schema (draft-07) of contracts of both shapes, generated from the API's definitions. */
export const contractJsonSchema: Readonly<Record<string, unknown>> = schema
