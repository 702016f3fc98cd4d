/** Writes the JSON Schema of contracts to where it is published, and to where programs have it from. */
import { writeFileSync } from 'node:fs'

import { contractSchemaText, PLACES } from './contract-schema-text.ts'

const text = contractSchemaText()
for (const place of PLACES) writeFileSync(place, text)
