// schema writes the Pulumi schema of the mapping, without documentation.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"

	"wavelift.local/toolchain/mapping"
)

func main() {
	out, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo:    mapping.Provider(),
		DiagnosticsSink: diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never}),
		XInMemoryDocs:   true,
	})
	if err != nil {
		fail(err)
	}
	text, err := json.Marshal(out.PackageSpec)
	if err != nil {
		fail(err)
	}
	if err := os.WriteFile(os.Args[1], text, 0o644); err != nil {
		fail(err)
	}
}

// fail prints on its own: the bridge silences the standard logger.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "schema:", err)
	os.Exit(1)
}
