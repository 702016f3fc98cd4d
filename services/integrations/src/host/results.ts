import { z } from 'zod'

/* What calls of a plugin give, checked: it was said by another process. */

export const receiptShape = z
  .object({ responseCode: z.int().optional(), detail: z.string().optional() })
  .transform(({ responseCode, detail }) => ({
    ...(responseCode !== undefined && { responseCode }),
    ...(detail !== undefined && { detail }),
  }))

export const factsShape = z.record(z.string().max(255), z.string().max(4096)).default({})

export const previewShape = z
  .array(
    z.object({
      target: z.string(),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.string(),
    }),
  )
  .max(100)
