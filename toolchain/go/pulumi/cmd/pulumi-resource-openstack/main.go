// pulumi-resource-openstack is the resource plugin of the npm package @pulumi/openstack.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

	"wavelift.local/toolchain/mapping"
)

//go:embed schema.json
var schema []byte

func main() {
	tfbridge.Main("openstack", mapping.Version, mapping.Provider(), schema)
}
