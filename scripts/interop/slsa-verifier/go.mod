module chainloop.dev/interop/slsa-verifier

go 1.24

require github.com/slsa-framework/slsa-verifier/v2 v2.7.1
