// pulumi-resource-command is the resource plugin of the npm package @pulumi/command.
package main

import (
	"fmt"
	"os"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"wavelift.local/pulumi-resource-command/local"
	"wavelift.local/pulumi-resource-command/remote"
)

func main() {
	provider := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{
			infer.Resource[local.Command](),
			infer.Resource[remote.Command](),
			infer.Resource[remote.CopyToRemote](),
			infer.Resource[remote.CopyFile](),
		},
		Functions: []infer.InferredFunction{infer.Function[local.Run]()},
	})
	if err := p.RunProvider("command", "1.2.1", provider); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
