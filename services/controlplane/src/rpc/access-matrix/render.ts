/** One line of the golden matrix. */
export interface MatrixRow {
  /** `controlplane.v1.WorkflowService/View`. */
  readonly procedure: string
  readonly needed: string
  /** Targets that are answered alike. */
  readonly targets: readonly string[]
  /** In the order of the callers. */
  readonly outcomes: readonly string[]
}

export interface Matrix {
  readonly callers: readonly string[]
  readonly rows: readonly MatrixRow[]
}

/** Text that a reviewer reads line by line, and that `readMatrix` reads. */
export function writeMatrix({ callers, rows }: Matrix): string {
  const lines = rows.map(({ procedure, needed, targets, outcomes }) =>
    [procedure, needed, targets.join('+'), outcomes.join(' | ')].join(' ; '),
  )
  return `${[callers.join(' | '), ...lines].join('\n')}\n`
}

export function readMatrix(text: string): Matrix {
  const [callers = '', ...lines] = text.trimEnd().split('\n')
  const rows = lines.map((line) => {
    const [procedure = '', needed = '', targets = '', outcomes = ''] = line.split(' ; ')
    return { procedure, needed, targets: targets.split('+'), outcomes: outcomes.split(' | ') }
  })
  return { callers: callers.split(' | '), rows }
}

const INTRODUCTION = `# Who may do what

Generated from the tested matrix of every role, every call and whose thing it is about
(\`services/controlplane/src/rpc/access-matrix\`): the tests call everything as everybody and compare. It is written again with
\`UPDATE_GOLDEN=1\`; review the difference.

Rights are refused by default: a call that is not in the access table does not compile, and is answered to nobody.

| role                   | what it is                                                                              |
| ---------------------- | --------------------------------------------------------------------------------------- |
| attester token         | API token of a project: attests there, reads its contract                               |
| viewer, operator token | API tokens of the organization: read everything; do everything but what concerns people |
| run token              | what Init gives to a job: this run, while it is open                                    |
| owner                  | everything, makes other owners, deletes the organization                                |
| admin                  | everything else                                                                         |
| viewer                 | reads the whole organization                                                            |
| member                 | sees the projects that they are on; creates projects                                    |
| contributor            | sees the projects that they are on                                                      |
| project admin, viewer  | roles on a project, given to a member or contributor, or to a group of them             |
| instance admin         | looks after the instance; each call in somebody's organization is in its audit log      |
| newcomer               | signed in, in no organization                                                           |

**own**: of the caller's own project and organization. **other**: another project of the organization. **foreign**: another
organization. Where all are alike, or nothing can be named, there is one row.

**yes**: let through. **no**: refused. **hidden**: answered as if it did not exist. **who?**: not without a token. Anything else is
how the request of the test failed after it was let through.
`

/** `docs/access.md`. */
export function renderAccess({ callers, rows }: Matrix): string {
  const services = Map.groupBy(rows, ({ procedure }) => procedure.split('/')[0] ?? '')
  const sections = [...services].map(([service, own]) => {
    const cells = own.map(({ procedure, needed, targets, outcomes }) => [
      procedure.split('/')[1] ?? '',
      needed,
      targets.length === 3 ? 'all' : targets.join(', '),
      ...outcomes,
    ])
    return `## ${service}\n\n${table(['call', 'needs', 'of', ...callers], cells)}\n`
  })
  return [INTRODUCTION, ...sections].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) =>
    Math.max(3, name.length, ...rows.map((row) => (row[at] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
