import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['count("héllo")', '5'],
  ['count({"a": 1, "b": 2})', '2'],
  ['sum([1, 2.5, 3])', '6.5'],
  ['product([])', '1'],
  ['sum(set())', '0'],
  ['max([])', 'undefined'],
  ['min(["b", "a", 1])', '1'],
  ['max([[1, 2], [1, 3]])', '[1,3]'],
  ['sort({3, "a", null, true, [1], {"a": 1}, {1}})', '[null,true,3,"a",[1],{"a":1},[1]]'],
  ['array.slice([1, 2, 3], -1, 10)', '[1,2,3]'],
  ['array.slice([1, 2, 3], 2, 1)', '[]'],
  ['array.flatten([[1, [2]], 3, {4}])', '[1,[2],3,[4]]'],
  [
    '[x | walk({"a": [1, {2}]}, x)]',
    '[[[],{"a":[1,[2]]}],[["a"],[1,[2]]],[["a",0],1],[["a",1],[2]],[["a",1,2],2]]',
  ],
  [
    '[p | walk([[1]], [p, _])]',
    'rego_recursion_error: rule data.t.p is recursive: data.t.p -> data.t.p',
  ],
  ['intersection({{1, 2}, {2, 3}})', '[2]'],
  ['intersection(set())', '[]'],
  ['union({{1}, {2}})', '[1,2]'],
  ['{1, 2, 3} - {2}', '[1,3]'],
  ['{1, 2} & {2, 3}', '[2]'],
  ['{1, 2} | {3}', '[1,2,3]'],
  ['"a", 1 in {"a": 1}', 'true'],
  ['{1, 2} == {2, 1}', 'true'],
  ['[1, 2] < [1, 3]', 'true'],
  ['{"a": 1} < {"a": 2}', 'true'],
  ['null < false', 'true'],
  ['"a" < 1', 'false'],
  ['set() < {}', 'false'],
  ['[1,2,3][1]', '2'],
  ['{"a": {"b": 1}}.a.b', '1'],
  ['{x | x := [3,1,2][_]}', '[1,2,3]'],
  ['{k: v | v := [10, 20][k]}', '{"0":10,"1":20}'],
  ['[x | some x in {"b": 2, "a": 1}]', '[1,2]'],
  ['[[k, v] | some k, v in {"b": 2, "a": 1}]', '[["a",1],["b",2]]'],
  ['[x + 1 | some x in [1, 2]]', 'rego_parse_error: unexpected some keyword'],
  ['{x: 1 | x := ["a", "a"][_]}', '{"a":1}'],
  ['{x: i | x := ["a", "a"][i]}', 'eval_conflict_error: object keys must be unique'],
  ['[x | x := [1, 2, 3][_]; x > 1]', '[2,3]'],
  ['[i | [1, 2, 1][i] == 1]', '[0,2]'],
  ['[y | {"a": y} = {"a": 5}]', '[5]'],
  ['count([1 | some i; [5, 6][i]])', '2'],
  ['array.concat([1], [2, [3]])', '[1,2,[3]]'],
  ['array.reverse([1, "a", [2]])', '[[2],"a",1]'],
  ['every x in [1, 2] { x > 0 }', 'true'],
  ['{1, "a", null, [1], {"x": 1}}', '[null,1,"a",[1],{"x":1}]'],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
