import type { AuditEntry } from './audit-entry.ts'

/** `INFO` and `WARN` of the log data model of OpenTelemetry. */
const SEVERITIES: Readonly<Record<string, readonly [number, string]>> = {
  done: [9, 'INFO'],
  refused: [13, 'WARN'],
}

interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue: string }
}

/**
 * One line of an OpenTelemetry log file: `ExportLogsServiceRequest` as OTLP/JSON, one record each
 * (OpenTelemetry Protocol File Exporter). Collectors read it with `otlpjsonfile`.
 */
export function toOtlpLine(entry: AuditEntry, organization: string): string {
  const [severityNumber, severityText] = SEVERITIES[entry.outcome] ?? [0, '']
  const timeUnixNano = `${BigInt(Date.parse(entry.at)) * 1_000_000n}`
  const record = {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber,
    severityText,
    eventName: `chainloop.audit.${entry.action}`,
    body: { stringValue: JSON.stringify(entry.details) },
    attributes: [
      attribute('event.outcome', entry.outcome),
      attribute('user.id', entry.actor.id),
      attribute('user.name', entry.actor.name),
      attribute('chainloop.actor.kind', entry.actor.kind),
      attribute('client.address', entry.source.address),
      attribute('user_agent.original', entry.source.agent),
      attribute('chainloop.target.type', entry.target.type),
      attribute('chainloop.target.id', entry.target.id),
      attribute('chainloop.log.position', String(entry.position ?? '')),
    ].filter(({ value }) => value.stringValue !== ''),
  }
  const resource = {
    attributes: [
      attribute('service.name', 'chainloop-controlplane'),
      attribute('chainloop.organization', organization),
    ],
  }
  return JSON.stringify({
    resourceLogs: [
      { resource, scopeLogs: [{ scope: { name: 'chainloop.audit' }, logRecords: [record] }] },
    ],
  })
}

function attribute(key: string, stringValue: string): KeyValue {
  return { key, value: { stringValue } }
}
