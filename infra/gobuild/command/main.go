// Command command is what the Makefile has compile bin/payhooks, with progress:
//
//	bin/gobuild        bin/payhooks
//	bin/gobuild stack  and the functions, in the same go build, while npm brings the DynamoDB engine
//
// Like what it compiles first, it is small, and imports little but the standard library.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/payhooks/payhooks/infra/gobuild"
	"github.com/payhooks/payhooks/infra/local/npm"
)

const (
	command = "./infra/payhooks"
	built   = "bin/functions" // where the local stack looks for functions, too
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	stack := slices.Equal(args, []string{"stack"})
	if len(args) > 0 && !stack {
		return errors.New("use: gobuild [stack]")
	}
	packages := []string{command}
	var engine sync.WaitGroup
	if stack {
		functions, err := filepath.Glob("functions/*/main.go")
		if err != nil {
			return err
		}
		for _, f := range functions {
			packages = append(packages, "./"+filepath.ToSlash(filepath.Dir(f)))
		}
		engine.Go(func() { installEngine(ctx) })
	}
	err := compile(ctx, packages)
	engine.Wait()
	if ctx.Err() != nil {
		return errors.New("stopped")
	}
	return err
}

// installEngine lets npm work while Go does. The stack does so itself if it has to, and says
// what is wrong.
func installEngine(ctx context.Context) {
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		_, _ = npm.Engine(filepath.Join("infra", "local", "engine")).Install(ctx, slog.Default())
	}
}

// compile makes bin/payhooks. A function that does not compile is left to the stack, which
// says which one it is, and needs only those in template.yaml.
func compile(ctx context.Context, packages []string) error {
	b := gobuild.Build{Root: ".", Dir: built, Packages: packages}
	said, err := b.Show(ctx, os.Stderr)
	if err != nil && ctx.Err() == nil && len(packages) > 1 {
		b.Packages = []string{command}
		said, err = b.Run(ctx)
	}
	if err != nil {
		return errors.Join(errors.New(said), err)
	}
	return install(filepath.Join(built, filepath.Base(command)), "bin/payhooks")
}

// install puts another name beside the binary, in one step: an older one may be running.
func install(from, to string) error {
	old, err := os.Stat(to)
	if now, failed := os.Stat(from); err == nil && failed == nil && os.SameFile(old, now) {
		return nil
	}
	next := fmt.Sprintf("%s.%d", to, os.Getpid())
	if err := os.Link(from, next); err != nil {
		return err
	}
	return errors.Join(os.Rename(next, to), remove(next))
}

// remove takes away what a rename that failed has left.
func remove(name string) error {
	if err := os.Remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
