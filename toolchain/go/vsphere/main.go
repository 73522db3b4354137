// pulumi-resource-vsphere answers look-ups of @pulumi/vsphere, and nothing else: it has no resource, so it cannot change
// anything in a vCenter.
package main

import (
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/hashicorp/terraform-provider-vsphere/vsphere"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	sdkv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// version is our own: the official package is made from later providers.
const version = "4.0.0-wavelift.1"

// lookups are the data sources in use, with the tokens of the official package.
var lookups = map[string]tokens.ModuleMember{
	"vsphere_datacenter":      "vsphere:index/getDatacenter:getDatacenter",
	"vsphere_virtual_machine": "vsphere:index/getVirtualMachine:getVirtualMachine",
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		Name:         "vsphere",
		Version:      version,
		GitHubOrg:    "hashicorp",
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:    map[string]*tfbridge.ResourceInfo{},
		DataSources:  map[string]*tfbridge.DataSourceInfo{},
	}
	tf := vsphere.Provider().(*schema.Provider)
	tf.ResourcesMap = map[string]*schema.Resource{}
	for name := range tf.DataSourcesMap {
		token, used := lookups[name]
		if !used {
			delete(tf.DataSourcesMap, name)
			continue
		}
		info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: token}
	}
	info.P = sdkv1.NewProvider(tf)
	return info
}

func main() {
	// It is asked directly (inventory/vsphere/lookups.ts), without an SDK: the schema says no more than whose it is.
	tfbridge.Main("vsphere", version, provider(), []byte(`{"name":"vsphere","version":"`+version+`"}`))
}
