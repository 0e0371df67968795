// Command dictionary writes the dictionary that bodies of events are compressed with, made
// of today's samples, as the version that its argument names:
//
//	go run ./infra/dictionary/command 2
//
// A version that is there already stays as it is: stored bodies name it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/payhooks/payhooks/infra/dictionary"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dictionary:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments: give the version to write, such as 2", len(args))
	}
	if n, err := strconv.Atoi(args[0]); err != nil || n < 1 {
		return fmt.Errorf("version %q: expected a number from 1", args[0])
	}
	content, err := dictionary.Make()
	if err != nil {
		return err
	}
	path := filepath.Join("internal", "dynamo", "dictionaries", args[0])
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) //nolint:gosec // a file of the repository
	if err != nil {
		return fmt.Errorf("%w; run it in the project's folder, with the number after the last version there", err)
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes; add the version to internal/dynamo/dictionary.go\n", path, len(content))
	return f.Close()
}
