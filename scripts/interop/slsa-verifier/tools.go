//go:build tools

// Package tools pins slsa-verifier: where the module proxy lists no versions, `go install` cannot find one.
package tools

import _ "github.com/slsa-framework/slsa-verifier/v2/cli/slsa-verifier"
