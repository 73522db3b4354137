package main

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a policy pack or a dynamic provider.
func (h *host) RunPlugin(r *rpc.RunPluginRequest, s rpc.LanguageRuntime_RunPluginServer) error {
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(s, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	ctx := s.Context()
	if r.Kind != "analyzer" {
		cmd, err := h.node(ctx, r.Info, "run-plugin", r.Env, append([]string{r.Info.ProgramDirectory}, r.Args...))
		if err != nil {
			return err
		}
		cmd.Dir, cmd.Stdout, cmd.Stderr = r.Pwd, stdout, stderr
		return errors.Join(cmd.Run(), closer.Close())
	}
	// A policy pack reads the stack's configuration from its environment, so
	// it starts only once the engine has told it to this stand-in.
	proxy, stdout, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return err
	}
	config, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return err
	}
	env := r.Env
	if config != nil {
		values, _ := json.Marshal(config.Config)
		env = append(env, "PULUMI_NODEJS_ORGANIZATION="+config.Organization, "PULUMI_NODEJS_PROJECT="+config.Project,
			"PULUMI_NODEJS_STACK="+config.Stack, "PULUMI_NODEJS_DRY_RUN="+strconv.FormatBool(config.DryRun),
			"PULUMI_CONFIG="+string(values))
	}
	cmd, err := h.node(ctx, r.Info, "run-policy-pack", env, append(r.Args, r.Info.ProgramDirectory))
	if err != nil {
		return err
	}
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.Info.ProgramDirectory, stdout, stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	return errors.Join(proxy.Attach(ctx, cmd), closer.Close())
}
