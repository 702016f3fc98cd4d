import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'

const STYLE = `
:root{color-scheme:light dark;--ink:#14213d;--dim:#5b6478;--line:#dfe3ec;--paper:#fff;--back:#f3f5fa;--act:#1f5eff}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f8;--dim:#a3acc2;--line:#303a52;--paper:#182136;--back:#0e1524;--act:#6b95ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{width:100%;max-width:26rem;padding:2.25rem;background:var(--paper);border:1px solid var(--line);border-radius:14px;box-shadow:0 12px 40px rgb(20 33 61/.08)}
.mark{display:flex;align-items:center;gap:.55rem;font-weight:600;letter-spacing:.01em;margin-bottom:1.5rem;color:var(--dim)}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .6rem}
p{margin:0 0 1rem;color:var(--dim)}
strong{color:var(--ink);overflow-wrap:anywhere}
code{font:600 1.5rem/1 ui-monospace,monospace;letter-spacing:.12em;color:var(--ink)}
.code{text-align:center;padding:1.1rem;margin:0 0 1.25rem;border:1px dashed var(--line);border-radius:10px}
label{display:block;font-weight:600;margin-bottom:.35rem}
input{width:100%;padding:.7rem .8rem;font:600 1.25rem ui-monospace,monospace;letter-spacing:.12em;text-transform:uppercase;color:inherit;background:transparent;border:1px solid var(--line);border-radius:9px}
.acts{display:flex;gap:.75rem;margin-top:1.25rem}
button{flex:1;padding:.7rem 1rem;font:600 1rem system-ui,sans-serif;border-radius:9px;border:1px solid var(--act);background:var(--act);color:#fff;cursor:pointer}
button.other{background:transparent;border-color:var(--line);color:var(--ink)}
:focus-visible{outline:3px solid color-mix(in srgb,var(--act) 45%,transparent);outline-offset:2px}
`

const MARK =
  '<div class="mark"><svg width="26" height="26" viewBox="0 0 26 26" fill="none" stroke="var(--act)" stroke-width="2.6" aria-hidden="true"><rect x="2" y="8" width="13" height="10" rx="5"/><rect x="11" y="8" width="13" height="10" rx="5"/></svg>Chainloop</div>'

/** As a whole: the hash is of every byte of it. */
const STYLE_ELEMENT: Html = { markup: `<style>${STYLE}</style>` }
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Text that is safe to be shown. */
export interface Html {
  readonly markup: string
}

/** What is filled in is escaped, unless it is `Html` already. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const filled = values.map((value, at) => `${shown(value)}${parts[at + 1] ?? ''}`)
  return { markup: `${parts[0] ?? ''}${filled.join('')}` }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function shown(value: string | Html): string {
  if (typeof value !== 'string') return value.markup
  return value.replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? '')
}

export interface Page {
  readonly status?: number
  readonly title: string
  readonly body: Html
  /** Where forms of the page may lead, after all redirects. Default: here. */
  readonly formsLeadAnywhere?: boolean
}

/** A page of its own, that nothing may frame, keep, or add scripts to. */
export function sendPage(res: ServerResponse, page: Page): void {
  const { status = 200, title, body, formsLeadAnywhere = false } = page
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    ...(formsLeadAnywhere ? [] : ["form-action 'self'"]),
  ]
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · Chainloop</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          ${{ markup: MARK }}
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
  const bytes = Buffer.from(document.markup)
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': bytes.length,
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
  res.end(bytes)
}
