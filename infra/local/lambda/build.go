package lambda

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/payhooks/payhooks/infra/gobuild"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Build compiles the functions into dir, all at once, and returns the binaries
// by logical id. root is a folder of their module. What go printed follows the
// sentence of an error.
func Build(ctx context.Context, root, dir string, functions []template.Function) (map[string]string, error) {
	var err error
	if root, err = filepath.Abs(root); err != nil {
		return nil, fmt.Errorf("find the module: %w", err)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("find the folder for the functions: %w", err)
	}
	build := gobuild.Build{Root: root, Dir: dir}
	binaries := map[string]string{}
	for name, fn := range byName(functions) {
		rel, err := filepath.Rel(root, fn[0].Dir)
		if err != nil || strings.HasPrefix(rel, "..") {
			return nil, fmt.Errorf("the function %s is in %s, outside the module", fn[0].LogicalID, fn[0].Dir)
		}
		if len(fn) > 1 && fn[0].Dir != fn[len(fn)-1].Dir {
			return nil, fmt.Errorf("the functions %s and %s are in folders of the same name, %s; rename one", fn[0].LogicalID, fn[1].LogicalID, name)
		}
		if _, err := os.Stat(fn[0].Dir); err != nil {
			return nil, fmt.Errorf("the function %s has no folder %s; correct its CodeUri in template.yaml", fn[0].LogicalID, rel)
		}
		build.Packages = append(build.Packages, "./"+filepath.ToSlash(rel))
		for _, f := range fn {
			binaries[f.LogicalID] = filepath.Join(dir, name)
		}
	}
	if len(binaries) == 0 {
		return binaries, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the functions: %w", err)
	}
	return binaries, compile(ctx, build, functions, binaries)
}

func byName(functions []template.Function) map[string][]template.Function {
	out := map[string][]template.Function{}
	for _, f := range functions {
		name := filepath.Base(f.Dir)
		out[name] = append(out[name], f)
	}
	return out
}

func compile(ctx context.Context, b gobuild.Build, functions []template.Function, binaries map[string]string) error {
	said, err := b.Run(ctx)
	switch {
	case ctx.Err() != nil || errors.Is(err, gobuild.ErrNoGo):
		return err
	case err != nil:
		return fmt.Errorf("%s does not compile; correct it\n%s", culprit(b.Root, said, functions), said)
	}
	for _, f := range functions {
		if _, err := os.Stat(binaries[f.LogicalID]); err != nil {
			return fmt.Errorf("the function %s is not a program; its folder needs package main", f.LogicalID)
		}
	}
	return nil
}

// culprit names the function that go complained about, if it is one of them.
func culprit(root, out string, functions []template.Function) string {
	for _, f := range functions {
		if rel, err := filepath.Rel(root, f.Dir); err == nil && strings.Contains(out, filepath.ToSlash(rel)) {
			return "the function " + f.LogicalID + " (" + filepath.ToSlash(rel) + ")"
		}
	}
	return "what the functions are built from"
}
