// Package cloud, in this build, lacks the explorer of Pulumi Cloud's OpenAPI description (`pulumi api`):
// that one command costs a third of the whole build.
package cloud

import (
	"errors"

	"github.com/spf13/cobra"
)

// NewAPICmd says where the command is to be had.
func NewAPICmd() *cobra.Command {
	return &cobra.Command{
		Use:    "api",
		Short:  "Not in this build: install Pulumi's own release to call Pulumi Cloud's API",
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("`pulumi api` is not in this build: install the official release of Pulumi")
		},
	}
}

// ParamSpec is a parameter of an operation: envelope.go names the type.
type ParamSpec struct{}
