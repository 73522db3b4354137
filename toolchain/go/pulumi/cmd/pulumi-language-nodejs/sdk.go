package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	nodegen "github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GeneratePackage writes a TypeScript SDK for a plugin's schema: pulumi package gen-sdk.
func (h *host) GeneratePackage(_ context.Context, r *rpc.GeneratePackageRequest) (*rpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(r.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	cached := schema.NewCachedLoader(loader)
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(r.Schema), &spec); err != nil {
		return nil, err
	}
	pkg, found, err := schema.BindSpec(spec, cached, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	out := &rpc.GeneratePackageResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(found)}
	if found.HasErrors() {
		return out, nil
	}
	files, err := nodegen.GeneratePackage("pulumi-language-nodejs", pkg, r.ExtraFiles, r.LocalDependencies, r.Local, cached)
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		file := filepath.Join(r.Directory, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, text, 0o644)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
