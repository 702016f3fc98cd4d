import { writeFile } from 'node:fs/promises'

import { groups } from '../src/commands/groups.ts'
import { commands } from '../src/commands/index.ts'
import { renderDocs } from '../src/docs/render-docs.ts'

await writeFile(new URL('../../../docs/cli.md', import.meta.url), renderDocs(commands, groups))
