// Command scale writes infra/SCALE.md from the quotas, the templates, the constants of the
// code and the counted calls of infra/cost.
//
//	go run ./infra/scale/command
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/infra/scale"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 {
		return errors.New("usage: go run ./infra/scale/command, in the folder of the project")
	}
	counts, err := cost.Read()
	if err != nil {
		return err
	}
	why, err := counts.Fork(".")
	if err != nil {
		return err
	}
	if why != "" {
		return fmt.Errorf("infra/SCALE.md is of payhooks as it is released, and %s: leave it as it is", why) //nolint:err113 // read by people
	}
	m, err := scale.Open(".", counts)
	if err != nil {
		return err
	}
	page, err := m.Page()
	if err != nil {
		return err
	}
	return os.WriteFile("infra/SCALE.md", page, 0o644) //nolint:gosec // a page for everybody
}
