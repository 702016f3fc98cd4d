import { writeFile } from 'node:fs/promises'

import { renderMaterials } from '../src/docs/render-materials.ts'

await writeFile(new URL('../../../docs/materials.md', import.meta.url), renderMaterials())
