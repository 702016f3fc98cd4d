/** Version of this program, the same for sdk and cli. */
export const VERSION = '0.1.0'

/** Names the program that rendered a statement, and its version: the statement's `builder.id`. */
export const BUILDER_ID = `https://chainloop-ts.dev/cli@${VERSION}`
