package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// reported is the exit status of a program that has told its error already.
const reported = 32

// Run runs a program: a preview or an update.
func (h *host) Run(ctx context.Context, r *rpc.RunRequest) (*rpc.RunResponse, error) {
	var args []string
	for _, f := range [][2]string{
		{"monitor", r.MonitorAddress}, {"engine", h.engine}, {"organization", r.Organization}, {"project", r.Project},
		{"root-directory", r.Info.RootDirectory}, {"stack", r.Stack}, {"pwd", r.Info.ProgramDirectory},
		{"parallel", strconv.Itoa(int(r.Parallel))},
	} {
		if f[1] != "" {
			args = append(args, "--"+f[0], f[1])
		}
	}
	if r.DryRun {
		args = append(args, "--dry-run")
	}
	args = append(append(args, r.Info.EntryPoint), r.Args...)
	// The SDK reads the older spelling of configuration keys, <package>:config:<name>.
	values := map[string]string{}
	for k, v := range r.Config {
		pkg, name, _ := strings.Cut(k, ":")
		values[pkg+":config:"+strings.TrimPrefix(name, "config:")] = v
	}
	config, _ := json.Marshal(values)
	secrets, _ := json.Marshal(append([]string{}, r.ConfigSecretKeys...))
	env := append(os.Environ(), "PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secrets))
	cmd, err := h.node(ctx, r.Info, "run", env, args)
	if err != nil {
		return &rpc.RunResponse{Error: err.Error()}, nil
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.Info.ProgramDirectory, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &rpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == reported:
		return &rpc.RunResponse{Bail: true}, nil
	default:
		return &rpc.RunResponse{Error: "the program ended early: " + err.Error()}, nil
	}
}
