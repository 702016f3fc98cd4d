import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { toJson } from '@chainloop/rego/values/json'
import { expect, test } from '@jest/globals'

import { evidenceOf } from '../testing/evaluating.ts'
import { readMaterial } from './read-material.ts'

async function read(
  kind: MaterialKind,
  content: string | Uint8Array,
  maxDocumentBytes = 1024 * 1024,
): Promise<unknown> {
  return toJson(await readMaterial(kind, evidenceOf(content), { maxDocumentBytes }))
}

test('AccessChk becomes objects with who may do what to them', async () => {
  const text = String.raw`Accesschk v6.15 - Reports effective permissions for securable objects
Copyright (C) 2006-2023 Mark Russinovich
Sysinternals - www.sysinternals.com

c:\windows\notepad.exe
  RW NT AUTHORITY\SYSTEM
        FILE_ALL_ACCESS
  R  BUILTIN\Users
        FILE_EXECUTE
        FILE_READ_DATA
c:\temp
  DESCRIPTOR FLAGS:
      [SE_DACL_PRESENT]
  OWNER: BUILTIN\Administrators
  [0] ACCESS_ALLOWED_ACE_TYPE: Everyone
        [OBJECT_INHERIT_ACE]
        FILE_WRITE_DATA
`

  expect(await read('SYSINTERNALS_ACCESSCHK', text)).toEqual({
    tool: { name: 'AccessChk', version: '6.15' },
    objects: [
      {
        name: String.raw`c:\windows\notepad.exe`,
        access_entries: [
          { account: String.raw`NT AUTHORITY\SYSTEM`, access: 'RW', rights: ['FILE_ALL_ACCESS'] },
          {
            account: String.raw`BUILTIN\Users`,
            access: 'R',
            rights: ['FILE_EXECUTE', 'FILE_READ_DATA'],
          },
        ],
        raw_lines: expect.any(Array),
      },
      {
        name: String.raw`c:\temp`,
        descriptor_flags: ['SE_DACL_PRESENT'],
        owner: String.raw`BUILTIN\Administrators`,
        dacl: [
          {
            type: 'ACCESS_ALLOWED_ACE_TYPE',
            account: 'Everyone',
            flags: ['OBJECT_INHERIT_ACE'],
            rights: ['FILE_WRITE_DATA'],
          },
        ],
        access_entries: [],
        raw_lines: expect.any(Array),
      },
    ],
    raw: text.trimEnd(),
  })
})

test('a report of Dranzer shows what was tested, what went wrong, and the counts', async () => {
  const text = `{11111111-2222-3333-4444-555555555555}-Example.Control
ERROR - [Unknown Error] (0xe0434352)
Testing COM Object - {11111111-2222-3333-4444-555555555555} Example.Control
COM Object Filename : example.ocx
Product Version     : 1.0
Invoking Method                 - IExample::BSTR GetName()
Test Engine Version: $Rev: 96 $
Number of COM Objects                   2
Number of COM Objects Passed Test       1
Number of COM Objects Failed Test       1
`

  expect(await read('CERTCC_DRANZER', text)).toMatchObject({
    tool: { name: 'dranzer', version: '96' },
    objects: [
      {
        clsid: '{11111111-2222-3333-4444-555555555555}',
        name: 'Example.Control',
        details: { 'COM Object Filename': 'example.ocx', 'Product Version': '1.0' },
        methods: ['IExample::BSTR GetName()'],
      },
    ],
    findings: [{ name: 'Example.Control', message: 'ERROR - [Unknown Error] (0xe0434352)' }],
    summary: { object_count: 2, passed_count: 1, failed_count: 1, hung_count: 0 },
    reports: [{ name: 'material', summary: { object_count: 2 } }],
  })
})

test('the log of radamsa is one object for each case, without the seeds', async () => {
  const log = `seed: 70
muta-num: 1, generator: file, checksum: "CF5D", nth: 1, path: "/tmp/a \\"b\\".eds", length: 16892

byte-dec: 1, generator: jump, nth: 2, pattern: many-dec
`

  expect(await read('RADAMSA_REPORT', log)).toEqual([
    {
      'muta-num': 1,
      generator: 'file',
      checksum: 'CF5D',
      nth: 1,
      path: '/tmp/a "b".eds',
      length: 16892,
    },
    { 'byte-dec': 1, generator: 'jump', nth: 2, pattern: 'many-dec' },
  ])
})

const ZAP =
  'UEsDBBQAAAAAAAAAIQCNC89rPQAAAD0AAAAQAAAAcmVwb3J0X2pzb24uanNvbnsiQHByb2dyYW1OYW1lIjoiWkFQIiwic2l0ZSI6W3siYWxlcnRzIjpbeyJyaXNrY29kZSI6IjMifV19XX1QSwMEFAAAAAAAAAAhALuhbjwDAAAAAwAAAAsAAAByZXBvcnQuaHRtbDxwPlBLAQIUAxQAAAAAAAAAIQCNC89rPQAAAD0AAAAQAAAAAAAAAAAAAACAAQAAAAByZXBvcnRfanNvbi5qc29uUEsBAhQDFAAAAAAAAAAhALuhbjwDAAAAAwAAAAsAAAAAAAAAAAAAAIABawAAAHJlcG9ydC5odG1sUEsFBgAAAAACAAIAdwAAAJcAAAAAAA=='

test('of the archive of ZAP its report in JSON is shown, within limits', async () => {
  const zip = Buffer.from(ZAP, 'base64')

  expect(await read('ZAP_DAST_ZIP', zip)).toEqual({
    '@programName': 'ZAP',
    site: [{ alerts: [{ riskcode: '3' }] }],
  })
  await expect(read('ZAP_DAST_ZIP', zip, 10)).rejects.toThrow(/unpacks to more than 10 bytes/)
  await expect(read('ZAP_DAST_ZIP', '{}')).rejects.toThrow('there is no report_json.json')
})
