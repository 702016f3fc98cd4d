import { builtIn } from '../registry.ts'
import { describePlugin } from './description.ts'

/* Reads the modules of all built-in plugins, with the libraries that they bring, where those can do nothing. */
process.send?.(builtIn.map(describePlugin), undefined, undefined, () => process.exit())
