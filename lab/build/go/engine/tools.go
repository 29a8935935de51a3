//go:build tools

// Package tools names the engine, so that go.mod pins it.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
