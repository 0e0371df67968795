// Command build compiles one function for `sam build`, which asks the Makefile
// for each. All functions are compiled in one go build, which the first that is
// asked for runs while the others wait.
//
//	go run ./infra/build NotifyChurn .aws-sam/build/NotifyChurn
//
// Without arguments it compiles all of them and prints the folder that they are in.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/payhooks/payhooks/infra/gobuild"
	"github.com/payhooks/payhooks/infra/local/template"
)

// folder is where the binaries of all functions are kept, by architecture.
const folder = ".aws-sam/functions"

func main() {
	var err error
	switch args := os.Args[1:]; len(args) {
	case 0:
		var dir string
		if dir, err = buildAll(); err == nil {
			fmt.Println(dir)
		}
	case 2:
		err = build(args[0], args[1])
	default:
		fmt.Fprintln(os.Stderr, "use: build [LOGICAL-ID FOLDER]")
		os.Exit(2)
	}
	if err != nil {
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
	dir, err := buildAll()
	if err != nil {
		return err
	}
	binary, err := os.ReadFile(filepath.Join(dir, template.Folder(id))) //nolint:gosec // of this repository
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "bootstrap"), binary, 0o755) //nolint:gosec // Lambda executes it
}

// buildAll returns the folder of the functions' binaries, which are up to date.
func buildAll() (string, error) {
	arch, err := architecture("template.yaml", "samconfig.toml", callers())
	if err != nil {
		return "", err
	}
	dir := filepath.Join(folder, arch)
	return dir, compile(dir, arch)
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	said, err := gobuild.Build{
		Root: ".", Dir: dir, Packages: []string{"./functions/..."}, Env: []string{"GOOS=linux", "GOARCH=" + goarch[arch]},
	}.Run(ctx)
	if err != nil {
		return fmt.Errorf("the functions do not compile: %w\n%s", err, said)
	}
	return nil
}
