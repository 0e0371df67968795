// Package gobuild compiles this project's programs with go build: many at once, and always
// with the same flags, since Go's cache keeps a package for each combination of them. The
// command and the functions then share what they have in common. It imports the standard
// library only: what compiles the rest has to be there first.
package gobuild

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Flags are those of every go build of the project's programs. The Makefile has them too.
// Of these functions and of Lambda's runtime, nothing needs net/rpc; what a debugger reads
// takes a sixth of the time to write, and is not shipped.
var Flags = []string{"-trimpath", "-buildvcs=false", "-tags=lambda.norpc", "-gcflags=all=-dwarf=false", "-ldflags=-s -w"}

// cancelled is how long go has to stop its compilers and to remove its temporary files.
const cancelled = 2 * time.Second

// Build is one go build.
type Build struct {
	Root     string   // a folder of the module
	Dir      string   // where the programs go, each under the name of its folder
	Packages []string // folders: ./functions/ingest
	Env      []string // besides the process's own: GOARCH=arm64
	// Compiled, if set, is called with each package that was not in the cache.
	Compiled func(pkg string)
}

// ErrNoGo is the error of a machine without Go.
var ErrNoGo = errors.New("the go command is not there; install Go from https://go.dev/dl and start again")

// Run compiles, and returns what go said about what it could not. What is up to date costs
// a check. When the context ends, go is interrupted, and nothing is left of it.
func (b Build) Run(ctx context.Context) (said string, err error) {
	temp, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "payhooks-build-")
	if err != nil {
		return "", fmt.Errorf("make a folder for what is compiled: %w", err)
	}
	defer func() { err = errors.Join(err, removeAll(temp)) }()
	args := append([]string{"build"}, Flags...)
	if b.Compiled != nil {
		args = append(args, "-v")
	}
	args = append(args, "-o", b.Dir+string(filepath.Separator))
	cmd, err := b.command(ctx, append(args, b.Packages...))
	if err != nil {
		return "", err
	}
	cmd.Env = append(cmd.Env, "GOTMPDIR="+temp) // go leaves its own behind if it is interrupted at a bad moment
	out, err := cmd.StderrPipe()                // go build says everything there
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start go build: %w", err)
	}
	said = b.read(out)
	if err = cmd.Wait(); ctx.Err() != nil {
		kill(cmd)
		return "", ctx.Err()
	}
	return strings.TrimSpace(said), err
}

// Count is the number of packages that the programs are made of.
func (b Build) Count(ctx context.Context) (int, error) {
	cmd, err := b.command(ctx, append([]string{"list", "-deps", "-tags=lambda.norpc"}, b.Packages...))
	if err != nil {
		return 0, err
	}
	out, err := cmd.Output()
	return strings.Count(string(out), "\n") - 1, err // package unsafe is not compiled
}

func (b Build) command(ctx context.Context, args []string) (*exec.Cmd, error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return nil, ErrNoGo
	}
	cmd := exec.CommandContext(ctx, tool, args...) //nolint:gosec // folders of the project
	cmd.Dir, cmd.WaitDelay = b.Root, cancelled
	// Without cgo: Lambda's system has no libraries to link, and the packages above net
	// would be compiled a second time. The compiler collects less garbage than by default:
	// a tenth of its time, for some memory.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOGC="+cmp.Or(os.Getenv("GOGC"), "400"))
	cmd.Env = append(cmd.Env, b.Env...)
	group(cmd)
	return cmd, nil
}

// read returns what is no name of a package.
func (b Build) read(out io.Reader) (said string) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if name := strings.TrimSuffix(line, "\n"); b.Compiled != nil && name != "" && !strings.ContainsAny(name, " :\t") {
			b.Compiled(name)
		} else {
			said += line
		}
		if err != nil {
			return said
		}
	}
}

// removeAll removes a folder that a compiler which was just killed may still write to.
func removeAll(dir string) (err error) {
	for range 50 {
		if err = os.RemoveAll(dir); err == nil { //nolint:gosec // made by Run
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}
