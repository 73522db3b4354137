// Package local runs commands on the machine of the Pulumi engine.
package local

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"wavelift.local/pulumi-resource-command/shared"
)

// Logging says which output is shown while a command runs.
type Logging string

// Values lists them.
func (Logging) Values() []infer.EnumValue[Logging] { return shared.Choices[Logging]() }

// Process says how to run a command.
type Process struct {
	Stdin                  *string            `pulumi:"stdin,optional"`
	Logging                *Logging           `pulumi:"logging,optional"`
	Interpreter            *[]string          `pulumi:"interpreter,optional"`
	Dir                    *string            `pulumi:"dir,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	AssetPaths             *[]string          `pulumi:"assetPaths,optional"`
	ArchivePaths           *[]string          `pulumi:"archivePaths,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
}

// Outcome is what a run leaves.
type Outcome struct {
	Stdout  string                            `pulumi:"stdout"`
	Stderr  string                            `pulumi:"stderr"`
	Assets  *map[string]*types.AssetOrArchive `pulumi:"assets,optional"`
	Archive *resource.Archive                 `pulumi:"archive,optional"`
}

// Command is command:local:Command.
type Command struct{}

// CommandArgs are its inputs.
type CommandArgs struct {
	shared.Steps
	Process
}

// CommandState is its state.
type CommandState struct {
	CommandArgs
	Outcome
}

// Create runs the create command.
func (Command) Create(ctx context.Context, name string, in CommandArgs, preview bool) (string, CommandState, error) {
	state := CommandState{CommandArgs: in}
	id, err := shared.NewID(name)
	if err != nil || preview || in.Steps.Create == nil {
		return id, state, err
	}
	err = run(ctx, *in.Steps.Create, in.Process, &state.Outcome)
	return id, state, err
}

// Update runs the update command or, without one, create again.
func (Command) Update(ctx context.Context, _ string, old CommandState, in CommandArgs, preview bool) (CommandState, error) {
	state := CommandState{CommandArgs: in, Outcome: old.Outcome}
	if preview || in.OnUpdate() == nil {
		return state, nil
	}
	err := run(ctx, *in.OnUpdate(), in.Process, &state.Outcome)
	return state, err
}

// Delete runs the delete command.
func (Command) Delete(ctx context.Context, _ string, state CommandState) error {
	if state.Steps.Delete == nil {
		return nil
	}
	return run(ctx, *state.Steps.Delete, state.Process, &state.Outcome)
}

// Run is the function command:local:run.
type Run struct{}

// RunArgs are its arguments.
type RunArgs struct {
	Process
	Command string `pulumi:"command"`
}

// RunResult is its result.
type RunResult struct {
	RunArgs
	Outcome
}

// Call runs the command.
func (Run) Call(ctx context.Context, in RunArgs) (RunResult, error) {
	r := RunResult{RunArgs: in}
	err := run(ctx, in.Command, in.Process, &r.Outcome)
	return r, err
}

func run(ctx context.Context, command string, in Process, out *Outcome) error {
	args := []string{"/bin/sh", "-c"}
	if in.Interpreter != nil && len(*in.Interpreter) > 0 {
		args = *in.Interpreter
	}
	args = append(args[:len(args):len(args)], command)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	// A cancelled command gets a polite signal, with all it started, before the hard one.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	capture := shared.NewCapture(ctx, in.Logging)
	cmd.Stdout, cmd.Stderr = capture.Stdout, capture.Stderr
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	if in.Dir != nil {
		dir = *in.Dir
	}
	cmd.Dir = dir
	cmd.Env = os.Environ()
	if in.Environment != nil {
		for k, v := range *in.Environment {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	if in.AddPreviousOutputInEnv == nil || *in.AddPreviousOutputInEnv {
		if out.Stdout != "" {
			cmd.Env = append(cmd.Env, shared.StdoutVariable+"="+out.Stdout)
		}
		if out.Stderr != "" {
			cmd.Env = append(cmd.Env, shared.StderrVariable+"="+out.Stderr)
		}
	}
	if in.Stdin != nil {
		cmd.Stdin = strings.NewReader(*in.Stdin)
	}
	err = cmd.Run()
	if ctx.Err() != nil && cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what did not go by itself
	}
	stdout, stderr, both := capture.End()
	if err != nil {
		return fmt.Errorf("%w: running %q:\n%s", err, command, both)
	}
	if in.AssetPaths != nil {
		found, err := match(dir, *in.AssetPaths)
		if err != nil {
			return err
		}
		assets := map[string]*types.AssetOrArchive{}
		for name, a := range found {
			assets[name] = &types.AssetOrArchive{Asset: a}
		}
		out.Assets = &assets
	}
	if in.ArchivePaths != nil {
		found, err := match(dir, *in.ArchivePaths)
		if err != nil {
			return err
		}
		content := map[string]any{}
		for name, a := range found {
			content[name] = a
		}
		if out.Archive, err = resource.NewAssetArchive(content); err != nil {
			return err
		}
	}
	out.Stdout, out.Stderr = stdout, stderr
	return nil
}

// match finds the files below dir that the patterns name; a later pattern beginning with ! takes some away.
func match(dir string, patterns []string) (map[string]*resource.Asset, error) {
	found := map[string]*resource.Asset{}
	globs := make([]glob.Glob, len(patterns))
	for i, pattern := range patterns {
		var err error
		if globs[i], err = glob.Compile(strings.TrimPrefix(pattern, "!"), '/'); err != nil {
			return nil, err
		}
	}
	return found, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for i, g := range globs {
			switch {
			case !g.Match(name):
			case patterns[i][0] == '!':
				delete(found, name)
			default:
				if found[name], err = resource.NewPathAsset(path.Join(dir, name)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
