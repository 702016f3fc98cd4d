import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['regex.match("^a.c$", "abc")', 'true'],
  [
    'regex.match("[", "abc")',
    'eval_builtin_error: regex.match: error parsing regexp: missing closing ]: `[`',
  ],
  ['regex.match("(?i)ABC", "xabcx")', 'true'],
  ['regex.split("a*", "baac")', '["b","c"]'],
  ['regex.split("\\\\s+", " a b ")', '["","a","b",""]'],
  ['regex.split(",", "a,b,,c,")', '["a","b","","c",""]'],
  ['regex.find_n("a.", "abacad", 2)', '["ab","ac"]'],
  ['regex.find_n("a*", "baaac", -1)', '["","aaa",""]'],
  ['regex.find_n("x", "abc", -1)', '[]'],
  ['regex.find_all_string_submatch_n("a(x*)b", "-axxb-ab-", -1)', '[["axxb","xx"],["ab",""]]'],
  ['regex.find_all_string_submatch_n("a(b)?", "a", -1)', '[["a",""]]'],
  ['regex.replace("foobar", "o+", "<$0>")', '"f<oo>bar"'],
  ['regex.replace("foobar", "(?P<x>o)(b)", "${x}-$2$$")', '"foo-b$ar"'],
  ['regex.replace("aaa", "", "-")', '"-a-a-a-"'],
  ['regex.replace("héllo", "l", "$1x")', '"héo"'],
  ['regex.replace("abc", "(b)", "$1x")', '"ac"'],
  ['regex.is_valid("[a-z")', 'false'],
  ['regex.template_match("urn:foo:{.*}", "urn:foo:bar:baz", "{", "}")', 'true'],
  ['regex.globs_match("a.a.[0-9]+z", "b.b*")', 'false'],
  ['regex.globs_match("[a-z]+", "abc")', 'true'],
  ['regex.globs_match("a*", "b*")', 'false'],
  ['glob.match("*.example.com", [], "api.example.com")', 'true'],
  ['glob.match("*.example.com", null, "a.b.example.com")', 'true'],
  ['glob.match("**.example.com", ["."], "a.b.example.com")', 'true'],
  ['glob.match("{cat,bat,[fr]at}", [], "rat")', 'true'],
  ['glob.match("[!a-c]x", [], "dx")', 'true'],
  ['glob.match("a?c", [], "abc")', 'true'],
  ['glob.match("a?c", ["/"], "a/c")', 'false'],
  ['glob.match("*:github:com", [":"], "api:cdn:github:com")', 'false'],
  ['glob.quote_meta("*.a[b]{c}?\\\\")', '"\\\\*.a\\\\[b\\\\]\\\\{c\\\\}\\\\?\\\\\\\\"'],
  ['semver.compare("1.2.3", "1.2.3-rc1")', '1'],
  ['semver.compare("1.0.0-alpha.1", "1.0.0-alpha.beta")', '-1'],
  [
    'semver.compare("1.0", "1.0.0")',
    'eval_builtin_error: semver.compare: operand 1: string "1.0" is not a valid SemVer',
  ],
  ['semver.compare("v1.0.0", "1.0.0")', '0'],
  ['semver.compare("1.0.0+a", "1.0.0+b")', '0'],
  ['semver.is_valid("1.0.0-x+y")', 'true'],
  ['semver.is_valid("1.0")', 'false'],
  ['semver.is_valid("01.0.0")', 'false'],
  ['semver.is_valid(1)', 'false'],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
