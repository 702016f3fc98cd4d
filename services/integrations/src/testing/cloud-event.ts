import { z } from 'zod'

/** CloudEvents 1.0.2 §Context Attributes, and §3 of its JSON format: names in lower case, types of values. */
const extension = z.union([z.string(), z.boolean(), z.int()])
const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().min(1),
    source: z
      .string()
      .min(1)
      .refine((text) => URL.canParse(text, 'https://base.test') && !/\s/.test(text)),
    type: z.string().min(1),
    subject: z.string().min(1).optional(),
    time: z.iso.datetime({ offset: true }).optional(),
    datacontenttype: z
      .string()
      .regex(/^[\w.+-]+\/[\w.+-]+/)
      .optional(),
    dataschema: z.url().optional(),
    data: z.unknown(),
  })
  .catchall(extension)
  .refine((event) => Object.keys(event).every((name) => /^[a-z0-9]{1,20}$/.test(name)))

/** Throws what the specification does not allow. */
export function assertCloudEvent(value: unknown): z.output<typeof cloudEvent> {
  return cloudEvent.parse(value)
}
