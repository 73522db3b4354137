package remote

import (
	"context"
	"fmt"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/ssh"

	"wavelift.local/pulumi-resource-command/shared"
)

// Logging says which output is shown while a command runs.
type Logging string

// Values lists them.
func (Logging) Values() []infer.EnumValue[Logging] { return shared.Choices[Logging]() }

// Command is command:remote:Command.
type Command struct{}

// CommandArgs are its inputs.
type CommandArgs struct {
	shared.Steps
	Connection             *Connection       `pulumi:"connection" provider:"secret"`
	Environment            map[string]string `pulumi:"environment,optional"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *Logging          `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// CommandState is its state.
type CommandState struct {
	CommandArgs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// Create runs the create command.
func (Command) Create(ctx context.Context, name string, in CommandArgs, preview bool) (string, CommandState, error) {
	state := CommandState{CommandArgs: in}
	id, err := shared.NewID(name)
	if err != nil || preview || in.Steps.Create == nil {
		return id, state, err
	}
	return id, state, state.run(ctx, *in.Steps.Create)
}

// Update runs the update command or, without one, create again.
func (Command) Update(ctx context.Context, _ string, old CommandState, in CommandArgs, preview bool) (CommandState, error) {
	state := CommandState{CommandArgs: in, Stdout: old.Stdout, Stderr: old.Stderr}
	if preview || in.OnUpdate() == nil {
		return state, nil
	}
	err := state.run(ctx, *in.OnUpdate())
	return state, err
}

// Delete runs the delete command.
func (Command) Delete(ctx context.Context, _ string, state CommandState) error {
	if state.Steps.Delete == nil {
		return nil
	}
	return state.run(ctx, *state.Steps.Delete)
}

func (s *CommandState) run(ctx context.Context, command string) error {
	client, err := dial(ctx, s.Connection)
	if err != nil {
		return err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	for k, v := range s.Environment {
		if err := session.Setenv(k, v); err != nil {
			return fmt.Errorf("environment variable %q: the server must allow it (AcceptEnv): %w", k, err)
		}
	}
	if s.AddPreviousOutputInEnv == nil || *s.AddPreviousOutputInEnv {
		for k, v := range map[string]string{shared.StdoutVariable: s.Stdout, shared.StderrVariable: s.Stderr} {
			if v == "" {
				continue
			}
			if err := session.Setenv(k, v); err != nil {
				p.GetLogger(ctx).Warningf("environment variable %q: the server must allow it (AcceptEnv): %v", k, err)
			}
		}
	}
	if s.Stdin != nil {
		session.Stdin = strings.NewReader(*s.Stdin)
	}
	capture := shared.NewCapture(ctx, s.Logging)
	session.Stdout, session.Stderr = capture.Stdout, capture.Stderr
	stop := context.AfterFunc(ctx, func() {
		_ = session.Signal(ssh.SIGTERM)
		client.Close()
	})
	defer stop()
	err = session.Run(command)
	stdout, stderr, both := capture.End()
	if err != nil {
		return fmt.Errorf("%w: running %q:\n%s", err, command, both)
	}
	s.Stdout, s.Stderr = stdout, stderr
	return nil
}
