package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// node is the command that runs one of the SDK's scripts for a program.
func (h *host) node(ctx context.Context, info *rpc.ProgramInfo, script string, env, args []string) (*exec.Cmd, error) {
	find := exec.Command("node", "-p", fmt.Sprintf("require.resolve(%q)", "@pulumi/pulumi/cmd/"+script))
	find.Dir = info.ProgramDirectory
	file, err := find.Output()
	if err != nil {
		return nil, fmt.Errorf("@pulumi/pulumi is not installed in %s: run npm ci", info.ProgramDirectory)
	}
	o := info.Options.AsMap()
	if ts, ok := o["typescript"].(bool); ts || !ok {
		env = append(env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if ts, _ := o["tsconfig"].(string); ts != "" {
		env = append(env, "PULUMI_NODEJS_TSCONFIG_PATH="+ts)
	}
	nodeArgs, _ := o["nodeargs"].(string)
	all := append(strings.Fields(nodeArgs), strings.TrimSpace(string(file)))
	both, cancel := context.WithCancel(h.stop)
	context.AfterFunc(ctx, cancel)
	cmd := exec.CommandContext(both, "node", append(all, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = env
	return cmd, nil
}

// InstallDependencies is `pulumi install`.
func (h *host) InstallDependencies(r *rpc.InstallDependenciesRequest, s rpc.LanguageRuntime_InstallDependenciesServer) error {
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(s, r.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	cmd := exec.CommandContext(s.Context(), "npm", "install")
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.Info.ProgramDirectory, stdout, stderr
	return errors.Join(cmd.Run(), closer.Close())
}
