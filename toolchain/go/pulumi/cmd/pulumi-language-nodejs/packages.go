package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// manifest is what matters of a package.json.
type manifest struct {
	Name, Version                 string
	Dependencies, DevDependencies map[string]string
	Pulumi                        struct {
		Resource         bool
		Name, Version    string
		Server           string
		Parameterization *struct {
			Name, Version string
			Value         []byte
		}
	}
}

func read(file string) (m manifest, err error) {
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	return m, err
}

// installed calls f with each package in node_modules of dir and above it.
func installed(dir string, f func(manifest)) {
	var look func(folder string)
	look = func(folder string) {
		entries, _ := os.ReadDir(folder)
		for _, e := range entries {
			child := filepath.Join(folder, e.Name())
			switch {
			case strings.HasPrefix(e.Name(), "."):
			case strings.HasPrefix(e.Name(), "@"):
				look(child)
			default:
				if m, err := read(filepath.Join(child, "package.json")); err == nil {
					f(m)
				}
				look(filepath.Join(child, "node_modules"))
			}
		}
	}
	for {
		look(filepath.Join(dir, "node_modules"))
		if dir == filepath.Dir(dir) {
			return
		}
		dir = filepath.Dir(dir)
	}
}

func (h *host) GetRequiredPackages(_ context.Context, r *rpc.GetRequiredPackagesRequest) (*rpc.GetRequiredPackagesResponse, error) {
	out := &rpc.GetRequiredPackagesResponse{}
	seen := map[string]bool{}
	installed(r.Info.ProgramDirectory, func(m manifest) {
		if !m.Pulumi.Resource || seen[m.Name+m.Version] {
			return
		}
		seen[m.Name+m.Version] = true
		p := &rpc.PackageDependency{Kind: "resource", Name: m.Pulumi.Name, Version: m.Pulumi.Version, Server: m.Pulumi.Server}
		if p.Name == "" {
			p.Name = strings.TrimPrefix(m.Name, "@pulumi/")
		}
		if p.Version == "" {
			p.Version = m.Version
		}
		p.Version = "v" + strings.TrimPrefix(p.Version, "v")
		if par := m.Pulumi.Parameterization; par != nil {
			p.Parameterization = &rpc.PackageParameterization{Name: par.Name, Version: par.Version, Value: par.Value}
		}
		out.Packages = append(out.Packages, p)
	})
	return out, nil
}

func (h *host) GetProgramDependencies(_ context.Context, r *rpc.GetProgramDependenciesRequest) (*rpc.GetProgramDependenciesResponse, error) {
	own, err := read(filepath.Join(r.Info.ProgramDirectory, "package.json"))
	if err != nil {
		return nil, err
	}
	out := &rpc.GetProgramDependenciesResponse{}
	installed(r.Info.ProgramDirectory, func(m manifest) {
		_, a := own.Dependencies[m.Name]
		_, b := own.DevDependencies[m.Name]
		if a || b || r.TransitiveDependencies {
			out.Dependencies = append(out.Dependencies, &rpc.DependencyInfo{Name: m.Name, Version: m.Version})
		}
	})
	return out, nil
}
