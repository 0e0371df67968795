// Command build compiles one function for `sam build`, which asks the Makefile
// for each. All functions are compiled in one go build, which the first that is
// asked for runs while the others wait.
//
//	go run ./infra/build NotifyChurn .aws-sam/build/NotifyChurn
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/payhooks/payhooks/infra/local/template"
)

// folder is where the binaries of all functions are kept, by architecture.
const folder = ".aws-sam/functions"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "use: build LOGICAL-ID FOLDER")
		os.Exit(2)
	}
	if err := build(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// build puts the function with this logical id into a folder, as bootstrap.
func build(id, to string) error {
	source := filepath.Join("functions", template.Folder(id))
	if _, err := os.Stat(source); err != nil { //nolint:gosec // of this repository; a binary of before may be there
		return fmt.Errorf("there is no folder %s for the function %s in template.yaml: a function is named for its folder", source, id)
	}
	arch, err := architecture("template.yaml", "samconfig.toml", callers())
	if err != nil {
		return err
	}
	dir := filepath.Join(folder, arch)
	if err := compile(dir, arch); err != nil {
		return err
	}
	binary, err := os.ReadFile(filepath.Join(dir, template.Folder(id))) //nolint:gosec // of this repository
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "bootstrap"), binary, 0o755) //nolint:gosec // Lambda executes it
}

// compile builds every function into dir, one process at a time. What is up to
// date costs a check.
func compile(dir, arch string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // build output
		return err
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	//nolint:gosec // no input of others
	cmd := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags=lambda.norpc", "-o", dir+"/", "./functions/...")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goarch[arch], "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}
