package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"wavelift.local/pulumi-resource-command/shared"
)

// CopyToRemote is command:remote:CopyToRemote.
type CopyToRemote struct{}

// CopyToRemoteArgs are its inputs.
type CopyToRemoteArgs struct {
	Connection *Connection          `pulumi:"connection" provider:"secret"`
	Triggers   *[]any               `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Source     types.AssetOrArchive `pulumi:"source"`
	RemotePath string               `pulumi:"remotePath"`
}

// CopyToRemoteState is its state.
type CopyToRemoteState struct{ CopyToRemoteArgs }

// Check looks at the source.
func (CopyToRemote) Check(
	ctx context.Context, _ string, _, in resource.PropertyMap,
) (CopyToRemoteArgs, []p.CheckFailure, error) {
	args, failures, err := infer.DefaultCheck[CopyToRemoteArgs](ctx, in)
	a, archive := args.Source.Asset, args.Source.Archive
	switch {
	case err != nil || in["source"].ContainsUnknowns():
	case a == nil && archive == nil:
		failures = append(failures, p.CheckFailure{Property: "source", Reason: "either an asset or an archive must be set"})
	case a != nil && !a.IsPath() && !a.IsText():
		failures = append(failures, p.CheckFailure{Property: "source", Reason: "the asset must be a file or a text"})
	case archive != nil && !archive.IsPath():
		failures = append(failures, p.CheckFailure{Property: "source", Reason: "the archive must be a file or a folder"})
	}
	return args, failures, err
}

// Create copies.
func (CopyToRemote) Create(ctx context.Context, _ string, in CopyToRemoteArgs, preview bool) (string, CopyToRemoteState, error) {
	state := CopyToRemoteState{in}
	if preview {
		return "", state, nil
	}
	if err := in.copy(ctx); err != nil {
		return "", state, err
	}
	id, err := shared.NewID("")
	return id, state, err
}

// Update copies when the content or the place has changed.
func (CopyToRemote) Update(ctx context.Context, _ string, old CopyToRemoteState, in CopyToRemoteArgs, preview bool) (CopyToRemoteState, error) {
	if preview || old.hash() == in.hash() && old.RemotePath == in.RemotePath {
		return CopyToRemoteState{in}, nil
	}
	return CopyToRemoteState{in}, in.copy(ctx)
}

func (a CopyToRemoteArgs) hash() string {
	if a.Source.Asset != nil {
		return a.Source.Asset.Hash
	}
	return a.Source.Archive.Hash
}

func (a CopyToRemoteArgs) copy(ctx context.Context) error {
	return withSFTP(ctx, a.Connection, func(remote *sftp.Client) error {
		if a.Source.Asset != nil && a.Source.Asset.IsText() {
			return put(remote, strings.NewReader(a.Source.Asset.Text), a.RemotePath)
		}
		if a.Source.Asset != nil {
			return send(remote, a.Source.Asset.Path, a.RemotePath)
		}
		return send(remote, a.Source.Archive.Path, a.RemotePath)
	})
}

// CopyFile is command:remote:CopyFile, which CopyToRemote has replaced.
type CopyFile struct{}

// CopyFileArgs are its inputs.
type CopyFileArgs struct {
	Connection *Connection `pulumi:"connection" provider:"secret"`
	Triggers   *[]any      `pulumi:"triggers,optional"`
	LocalPath  string      `pulumi:"localPath"`
	RemotePath string      `pulumi:"remotePath"`
}

// CopyFileState is its state.
type CopyFileState struct{ CopyFileArgs }

// Create copies; every change replaces.
func (CopyFile) Create(ctx context.Context, _ string, in CopyFileArgs, preview bool) (string, CopyFileState, error) {
	if preview {
		return "", CopyFileState{in}, nil
	}
	err := withSFTP(ctx, in.Connection, func(remote *sftp.Client) error { return putFile(remote, in.LocalPath, in.RemotePath) })
	if err != nil {
		return "", CopyFileState{in}, err
	}
	id, err := shared.NewID("")
	return id, CopyFileState{in}, err
}

func withSFTP(ctx context.Context, c *Connection, f func(*sftp.Client) error) error {
	client, err := dial(ctx, c)
	if err != nil {
		return err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	remote, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		return err
	}
	defer remote.Close()
	return f(remote)
}

// stat is nil for what is not there.
func stat(remote *sftp.Client, name string) (fs.FileInfo, error) {
	info, err := remote.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return info, err
}

func put(remote *sftp.Client, from io.Reader, name string) error {
	info, err := stat(remote, name)
	if err != nil {
		return err
	}
	if info != nil && info.IsDir() {
		return fmt.Errorf("remote path %s is a directory", name)
	}
	if err := remote.MkdirAll(path.Dir(name)); err != nil {
		return err
	}
	to, err := remote.Create(name)
	if err != nil {
		return fmt.Errorf("remote path %s: %w", name, err)
	}
	defer to.Close()
	_, err = to.ReadFrom(from)
	return err
}

func putFile(remote *sftp.Client, file, name string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	return put(remote, from, name)
}

// send copies a file or a folder as cp -r does: a folder with an ending slash
// gives its content, without one itself.
func send(remote *sftp.Client, source, target string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	there, err := stat(remote, target)
	if err != nil {
		return err
	}
	into := path.Join(target, filepath.Base(source))
	if !info.IsDir() {
		if there != nil && there.IsDir() {
			target = into
		}
		return putFile(remote, source, target)
	}
	if !strings.HasSuffix(source, "/") {
		target = into
	}
	return fs.WalkDir(os.DirFS(source), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return remote.MkdirAll(path.Join(target, name))
		}
		return putFile(remote, filepath.Join(source, name), path.Join(target, name))
	})
}
