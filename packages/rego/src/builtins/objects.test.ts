import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['type_name(set())', '"set"'],
  ['is_null(null)', 'true'],
  ['object.get({"a": {"b": 1}}, ["a", "b"], 0)', '1'],
  ['object.get({"a": {"b": 1}}, ["a", "c"], 0)', '0'],
  ['object.get({"a": 1}, [], 0)', '{"a":1}'],
  ['object.get({"a": [1, 2]}, ["a", 1], 0)', '2'],
  ['object.get({"a": null}, "a", 5)', 'null'],
  ['object.union({"a": {"b": 1}}, {"a": {"c": 2}})', '{"a":{"b":1,"c":2}}'],
  ['object.union_n([{"a": 1}, {"a": {"x": 1}}, {"a": {"y": 2}}])', '{"a":{"x":1,"y":2}}'],
  ['object.union_n([])', '{}'],
  ['object.remove({"a": 1, "b": 2}, {"a": 5})', '{"b":2}'],
  ['object.filter({"a": 1, "b": 2}, ["b", "c"])', '{"b":2}'],
  ['object.subset({"a": {"b": [1, 2]}}, {"a": {"b": [1]}})', 'true'],
  ['object.subset([1, 2, 3], [2, 3])', 'true'],
  ['object.subset([1, 2, 3], {3, 1})', 'true'],
  ['object.subset({1, 2}, {2})', 'true'],
  [
    'object.subset({1, 2}, [2])',
    'eval_type_error: object.subset: both arguments object.subset must be of the same type or array and set',
  ],
  ['object.keys({"a": 1, 2: 3})', '[2,"a"]'],
  ['json.filter({"a": {"b": 1, "c": 2}, "d": 3}, ["a/b", ["d"]])', '{"a":{"b":1},"d":3}'],
  ['json.filter({"a": [1, 2, 3]}, ["a/1"])', '{"a":[2]}'],
  ['json.filter({"a": 1}, [])', '{}'],
  [
    'json.remove({"a": {"b": 1, "c": 2}, "d": [1, 2, 3]}, {"a/b", "d/1"})',
    '{"a":{"c":2},"d":[1,3]}',
  ],
  ['json.remove({"a": 1}, [""])', '{"a":1}'],
  ['json.filter({"a/b": 1}, ["a~1b"])', '{"a/b":1}'],
  ['json.patch({"a": [1, 2]}, [{"op": "add", "path": "a/-", "value": 3}])', '{"a":[1,2,3]}'],
  ['json.patch({"a": {1, 2}}, [{"op": "remove", "path": ["a", 1]}])', '{"a":[2]}'],
  ['json.patch({"a": 1}, [{"op": "move", "from": "a", "path": "b"}])', '{"b":1}'],
  ['json.patch([1], [{"op": "add", "path": "0", "value": 0}])', '[0,1]'],
  ['json.patch({"a": {"b": 1}}, [{"op": "add", "path": "", "value": 2}])', '2'],
  [
    'json.patch({}, [{"op": "bad", "path": "a"}])',
    `eval_builtin_error: json.patch: unrecognized op: 'bad'`,
  ],
  [
    'json.patch({"a": 1}, [{"path": "a"}])',
    `eval_builtin_error: json.patch: missing required attribute 'op'`,
  ],
  [
    'json.marshal({"b": [1, 2.5, null], "a": "x<y>&"})',
    '"{\\"a\\":\\"x\\\\u003cy\\\\u003e\\\\u0026\\",\\"b\\":[1,2.5,null]}"',
  ],
  ['json.marshal({1, 2})', '"[1,2]"'],
  ['json.marshal({1: 2})', '"{\\"1\\":2}"'],
  [
    'json.marshal_with_options({"a": [1, 2], "b": {}}, {"pretty": true})',
    '"{\\n\\t\\"a\\": [\\n\\t\\t1,\\n\\t\\t2\\n\\t],\\n\\t\\"b\\": {}\\n}"',
  ],
  [
    'json.marshal_with_options({"a": [1, 2]}, {"indent": "  "})',
    '"{\\n  \\"a\\": [\\n    1,\\n    2\\n  ]\\n}"',
  ],
  [
    'json.marshal_with_options({"a": [1, 2]}, {"pretty": false, "indent": "  "})',
    '"{\\"a\\":[1,2]}"',
  ],
  ['json.marshal_with_options({"a": [1, 2]}, {})', '"{\\"a\\":[1,2]}"'],
  ['json.unmarshal("{\\"a\\": 1e2, \\"a\\": 2}")', '{"a":2}'],
  ['json.is_valid("{}")', 'true'],
  ['json.is_valid("{a}")', 'false'],
  [
    'json.match_schema({"a": 1}, {"additionalProperties": false})',
    '[false,[{"desc":"Additional property a is not allowed","error":"(Root): Additional property a is not allowed","field":"(Root)","type":"additional_property_not_allowed"}]]',
  ],
  [
    'json.verify_schema({"type": 5})',
    '[false,"jsonschema: Invalid type. Expected: type, given: string/Array Of Strings"]',
  ],
  ['json.verify_schema("{bad")', '[false,"jsonschema: invalid JSON string"]'],
  ['json.unmarshal("123456789012345678901234567890.5")', '1.234567890123456789012345678905e+29'],
  ['json.marshal(0.1)', '"0.1"'],
  ['json.marshal(123456789012345678901234567890)', '"123456789012345678901234567890"'],
  [
    'json.match_schema({"a":1},{"type":"string"})',
    '[false,[{"desc":"Invalid type. Expected: string, given: object","error":"(Root): Invalid type. Expected: string, given: object","field":"(Root)","type":"invalid_type"}]]',
  ],
  [
    'json.match_schema({"a":{"b":"x"}},{"properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"properties":{"b":{"type":"integer"}}}}})',
    '[false,[{"desc":"Invalid type. Expected: integer, given: string","error":"a.b: Invalid type. Expected: integer, given: string","field":"a.b","type":"invalid_type"}]]',
  ],
  [
    'json.match_schema({"n":5.5},{"properties":{"n":{"type":"integer","maximum":5,"multipleOf":2}}})',
    '[false,[{"desc":"Invalid type. Expected: integer, given: number","error":"n: Invalid type. Expected: integer, given: number","field":"n","type":"invalid_type"}]]',
  ],
  [
    'json.verify_schema({"properties": 5})',
    '[false,"jsonschema: Properties must be of type object"]',
  ],
  ['json.verify_schema({"required": "x"})', '[false,"jsonschema: required must be of an array"]'],
  ['json.verify_schema({"minimum": "x"})', '[false,"jsonschema: minimum must be of a Number"]'],
  ['json.verify_schema({})', '[true,null]'],
  ['json.verify_schema("[]")', '[false,"jsonschema: schema is invalid"]'],
  ['json.verify_schema("")', '[false,"jsonschema: invalid JSON string"]'],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
