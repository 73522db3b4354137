package main

import (
	"context"
	"os/exec"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

// host answers the engine: one file for each kind of question.
type host struct {
	rpc.UnimplementedLanguageRuntimeServer
	stop   context.Context
	engine string
}

func (h *host) Handshake(_ context.Context, r *rpc.LanguageHandshakeRequest) (*rpc.LanguageHandshakeResponse, error) {
	h.engine = r.EngineAddress
	return &rpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: Version}, nil
}

func (h *host) RuntimeOptionsPrompts(context.Context, *rpc.RuntimeOptionsRequest) (*rpc.RuntimeOptionsResponse, error) {
	return &rpc.RuntimeOptionsResponse{}, nil
}

func (h *host) Template(context.Context, *rpc.TemplateRequest) (*rpc.TemplateResponse, error) {
	return &rpc.TemplateResponse{}, nil
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (h *host) About(context.Context, *rpc.AboutRequest) (*rpc.AboutResponse, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, err
	}
	version, _ := exec.Command(node, "--version").Output()
	return &rpc.AboutResponse{Executable: node, Version: strings.TrimSpace(string(version))}, nil
}
