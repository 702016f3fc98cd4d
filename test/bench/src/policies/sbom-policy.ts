/** What operators ask of an SBOM: licences, versions, freshness, duplicates. */
export const SBOM_POLICY = `package main

import rego.v1

banned := {"AGPL-3.0-only", "GPL-3.0-only", "SSPL-1.0"}

result := {"skipped": false, "violations": violations}

violations contains msg if {
	some component in input.components
	some license in component.licenses
	license.license.id in banned
	msg := sprintf("%s has license %s", [component.name, license.license.id])
}

violations contains msg if {
	some component in input.components
	not startswith(component.purl, "pkg:npm/")
	msg := sprintf("%s is not from npm", [component.name])
}

violations contains msg if {
	some component in input.components
	regex.match("^(left|right)-pad$", component.name)
	msg := sprintf("%s is banned", [component.name])
}

violations contains msg if {
	names := {component.purl | some component in input.components}
	count(names) != count(input.components)
	msg := "a component is there twice"
}
`
