import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['time.parse_rfc3339_ns("2024-02-29T12:34:56.789+02:00")', '1709202896789000000'],
  [
    'time.parse_rfc3339_ns("2024-02-30T12:34:56Z")',
    'eval_builtin_error: time.parse_rfc3339_ns: parsing time "2024-02-30T12:34:56Z": day out of range',
  ],
  [
    'time.parse_rfc3339_ns("2024-02-29")',
    'eval_builtin_error: time.parse_rfc3339_ns: parsing time "2024-02-29" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"',
  ],
  ['time.parse_ns("2006-01-02", "2020-05-06")', '1588723200000000000'],
  ['time.parse_ns("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST")', '1136214245000000000'],
  [
    'time.parse_ns("Jan 2, 2006 at 3:04pm (MST)", "Feb 3, 2013 at 7:54pm (PST)")',
    '1359921240000000000',
  ],
  [
    'time.parse_ns("2006-01-02", "1500-05-06")',
    'eval_builtin_error: time.parse_ns: time outside of valid range',
  ],
  ['time.parse_duration_ns("1h15m30.918s")', '4530918000000'],
  ['time.parse_duration_ns("-1.5h")', '-5400000000000'],
  ['time.parse_duration_ns("1d")', '86400000000000'],
  [
    'time.parse_duration_ns("x")',
    'eval_builtin_error: time.parse_duration_ns: time: invalid duration "x"',
  ],
  ['time.date(1582977600000000000)', '[2020,2,29]'],
  ['time.date([1582977600000000000, "America/New_York"])', '[2020,2,29]'],
  ['time.clock([1582977600000000000, "Asia/Kolkata"])', '[17,30,0]'],
  ['time.weekday(1582977600000000000)', '"Saturday"'],
  [
    'time.weekday([1582977600000000000, "Nowhere/X"])',
    'eval_builtin_error: time.weekday: unknown time zone Nowhere/X',
  ],
  ['time.add_date(1582977600000000000, 1, 1, 1)', '1617105600000000000'],
  ['time.diff(1582977600000000000, 1482977600000000000)', '[3,2,0,9,46,40]'],
  ['time.diff(1482977600000000000, [1582977600000000000, "Europe/Berlin"])', '[3,2,0,9,46,40]'],
  ['time.format(1582977600000000000)', '"2020-02-29T12:00:00Z"'],
  [
    'time.format([1582977600123456789, "America/New_York"])',
    '"2020-02-29T07:00:00.123456789-05:00"',
  ],
  [
    'time.format([1582977600123456789, "America/New_York", "RFC1123Z"])',
    '"Sat, 29 Feb 2020 07:00:00 -0500"',
  ],
  [
    'time.format([1582977600123456789, "America/New_York", "Mon Jan _2 15:04:05.000 MST 2006"])',
    '"Sat Feb 29 07:00:00.123 EST 2020"',
  ],
  [
    'time.format([1582977600123456789, "", "2006-002 03:04:05PM .999 Z07:00"])',
    '"2020-060 12:00:00PM .123 Z"',
  ],
  ['time.clock(1e40)', 'eval_builtin_error: time.clock: timestamp too big'],
  [
    'time.parse_ns("15:04", "25:00")',
    'eval_builtin_error: time.parse_ns: parsing time "25:00": hour out of range',
  ],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
